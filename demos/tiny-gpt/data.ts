import { characterTokenizer, splitText, type Tokenizer, trainBytePairs } from "../../src/index";
import { fetchFile } from "../shared/fetchFile";
import type { Settings } from "./settings";

/** The texts to learn from, by the names that the command line and the page's address take. */
export const TEXTS = {
  "moby-dick": { file: "moby-dick.txt", title: "Moby-Dick, by Herman Melville" },
  sotu: { file: "sotu.txt", title: "Addresses on the State of the Union" },
} as const;

export type TextName = keyof typeof TEXTS;
export type TokenKind = "characters" | "bpe";

/** A text as a model reads it: contiguous stretches to learn from, to choose by and to judge by, 90 : 5 : 5. */
export interface Corpus {
  readonly tokenizer: Tokenizer;
  readonly train: Int32Array;
  readonly dev: Stretch;
  readonly test: Stretch;
}

/** Held-out text. */
export interface Stretch {
  readonly tokens: Int32Array;
  /** How many characters a token stands for, on the average. */
  readonly charactersPerToken: number;
}

/** Held-out tokens that are read at most: more would say the same and take longer. */
const HELD_OUT = 2 ** 16;

/**
 * Cuts a text, makes a tokenizer from its training stretch alone, and encodes all three.
 * @throws DataError where the text is too short
 */
export function makeCorpus(bytes: Uint8Array, { tokens: kind, vocabulary }: CorpusChoice): Corpus {
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, "\n").trim();
  const { train, dev, test } = splitText(text);
  const tokenizer =
    kind === "bpe" ? trainBytePairs(train, { size: vocabulary }) : characterTokenizer(train, { specials: ["<unk>"] });
  const stretch = (part: string): Stretch => {
    const tokens = tokenizer.encode(part).slice(0, HELD_OUT);
    return { tokens, charactersPerToken: [...tokenizer.decode(tokens)].length / tokens.length };
  };
  return { tokenizer, train: tokenizer.encode(train), dev: stretch(dev), test: stretch(test) };
}

/** What decides a corpus. */
export type CorpusChoice = Pick<Settings, "text" | "tokens" | "vocabulary">;

/** Corpora out of the files that `load` gives by name. */
export const corpora =
  (load: (name: string) => Promise<Uint8Array>) =>
  async (choice: CorpusChoice): Promise<Corpus> =>
    makeCorpus(await load(TEXTS[choice.text].file), choice);

/** Fetches a file. @throws DataError that says so in a sentence, where it cannot be had */
export const fetchText = (name: string, baseUrl: string): Promise<Uint8Array> =>
  fetchFile(new URL(name, baseUrl).href, "the text");
