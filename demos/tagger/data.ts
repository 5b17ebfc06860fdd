import { DataError, trainDevTestSplit } from "../../src/index";
import { fetchFile } from "../shared/fetchFile";

/** The corpus's file, as pages and command line ask for it: `word/tag` with spaces between, a sentence a line. */
export const CORPUS = "brown.txt";

/** The parts of speech that are learnt, and what is counted among them. */
export const TAGS = {
  NOUN: "nouns and names: jury, Friday, nobody",
  VERB: "verbs, with be, have, do and can: said, were, can't",
  ADJ: "adjectives, ordinal numbers: recent, first, many",
  ADV: "adverbs, degrees and not: often, very, when",
  PRON: "pronouns: she, them, who, there (is)",
  DET: "articles, and what stands in their place: the, this, his, which",
  ADP: "prepositions, and what joins a clause: of, in, because",
  NUM: "numbers: two, 1961",
  CONJ: "what joins equals: and, or, but",
  PRT: "to (go), (give) up",
  X: "foreign words, exclamations",
  ".": "punctuation",
} as const;

export type Tag = keyof typeof TAGS;
export const TAG_NAMES = Object.keys(TAGS) as readonly Tag[];

/**
 * The corpus's own tags, once what {@link collapse} takes off is gone, by the tag that they become. Where tag sets of twelve
 * differ, it is as Petrov, Das and McDonald (2012) have it for this corpus, but that quantifiers (all, half, both) are
 * determiners, somebody and there are what they are in a sentence, and exclamations go with what is foreign.
 */
const COLLAPSED: Readonly<Record<Tag, string>> = {
  NOUN: "nn nns np nps nr nrs pn",
  VERB: "vb vbd vbg vbn vbz be bed bedz beg bem ben ber bez do dod doz hv hvd hvg hvn hvz md",
  ADJ: "jj jjr jjs jjt ap od",
  ADV: "rb rbr rbt rn ql qlp wrb wql *",
  PRON: "pps ppss ppo ppl ppls pp pp$$ wps wpo ex",
  DET: "at dt dti dts dtx abl abn abx pp$ wp$ wdt",
  ADP: "in cs",
  NUM: "cd",
  CONJ: "cc",
  PRT: "rp to",
  X: "uh nil fw",
  ".": ". , : -- ( ) ' '' ``",
};

const TAG_OF = new Map(TAG_NAMES.flatMap((tag) => COLLAPSED[tag].split(" ").map((raw) => [raw, tag] as const)));

/**
 * One of the corpus's 472 tags as one of the 12. A foreign word (`fw-…`) is X whatever it is in its own language. Otherwise
 * marks of titles, headlines and quoted words (`-tl`, `-hl`, `-nc`) say nothing about the part of speech; a contraction is
 * what it begins with (`pps+bez`, it's: PRON), whether it ends in not (`md*`, can't: VERB) or not; a possessive is what it
 * is made of (`np$`, Atlanta's: NOUN), unless the table has it as it is.
 * @returns undefined where the corpus has no such tag
 */
export function collapse(raw: string): Tag | undefined {
  const lower = raw.toLowerCase();
  if (lower.startsWith("fw-")) return "X";
  const bare = lower.replace(/(?<=.)(-(tl|hl|nc|t|n))+$/, "");
  const first = bare.replace(/(?<=.)\+.*$/, "").replace(/(?<=.)\*$/, "");
  return TAG_OF.get(first) ?? TAG_OF.get(first.replace(/\$$/, ""));
}

/** Words in their order, and the part of speech of each as an index of {@link TAG_NAMES}. */
export interface Sentence {
  readonly words: readonly string[];
  readonly tags: readonly number[];
}

/** Sentences to learn from, to watch, and to judge by at the end. */
export interface Corpus {
  readonly train: readonly Sentence[];
  readonly dev: readonly Sentence[];
  readonly test: readonly Sentence[];
}

/** Shares of the sentences. */
const SHARES = [0.9, 0.05, 0.05] as const;
/** The split is the same whatever a run's seed: a checkpoint never meets in training what it is judged by. */
const SPLIT_SEED = 1961;

/** Fetches the corpus. @throws DataError where it cannot be had */
export const fetchCorpus = (url: string): Promise<Uint8Array> => fetchFile(url, "the corpus");

/** Reads the corpus and deals its sentences out, genres mixed. @throws DataError where a line is not word/tag throughout */
export function readCorpus(bytes: Uint8Array): Corpus {
  const sentences = new TextDecoder()
    .decode(bytes)
    .split("\n")
    .map((line) => line.trim())
    .flatMap((line, i) => (line ? [readSentence(line, i + 1)] : []));
  const { train, dev, test } = trainDevTestSplit(sentences.length, { shares: SHARES, seed: SPLIT_SEED });
  const those = (indices: Uint32Array) => Array.from(indices, (i) => sentences[i]!);
  return { train: those(train), dev: those(dev), test: those(test) };
}

const INDEX_OF = new Map(TAG_NAMES.map((tag, i) => [tag, i]));

function readSentence(line: string, number: number): Sentence {
  const [words, tags]: [string[], number[]] = [[], []];
  for (const token of line.split(/\s+/)) {
    // A word may hold a slash itself: 1/2/cd.
    const slash = token.lastIndexOf("/");
    const tag = collapse(token.slice(slash + 1));
    if (slash < 1 || !tag)
      throw new DataError(CORPUS, `line ${number} has ${JSON.stringify(token.slice(0, 40))}`, { wants: "word/tag" });
    words.push(token.slice(0, slash));
    tags.push(INDEX_OF.get(tag)!);
  }
  return { words, tags };
}
