import { DataError } from "../core/errors";
import { checkArray, checkCounts, checkText } from "../core/given";
import { optionsOf } from "../graph/options";
import { checkId, checkSpecials, countOf, specialOf, type Tokenizer, UNKNOWN } from "./tokenizer";

export interface CharacterTokenizerOptions {
  /**
   * Tokens besides characters; they take the first ids, in this order. `"<unk>"`, where it is among them, stands for
   * characters that the vocabulary lacks; without it those are refused. Default none.
   */
  readonly specials?: readonly string[];
  /** Characters that occur less often do not enter the vocabulary; default 1. */
  readonly minimumCount?: number;
}

/**
 * A vocabulary of the characters (code points) that occur in a text, in the order of their code points.
 * @throws DataError where nothing is left, the count is no integer, or a special token is given twice
 */
export function characterTokenizer(text: string, options: CharacterTokenizerOptions = {}): Tokenizer {
  const { specials = [], minimumCount = 1 } = optionsOf("characterTokenizer", options, "specials minimumCount");
  checkText("characterTokenizer", text);
  checkSpecials("characterTokenizer", specials);
  checkCounts("characterTokenizer", { minimumCount }, 0);
  const counts = [...countOf(text)].filter(([, count]) => count >= minimumCount);
  const characters = counts.map(([c]) => c).sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  return ofCharacters(characters, specials);
}

/** The tokenizer with these characters, in this order. */
export function ofCharacters(characters: readonly string[], specials: readonly string[]): Tokenizer {
  const name = "characterTokenizer";
  checkSpecials(name, specials);
  if (characters.length === 0) throw new DataError(name, "the text has no characters");
  const ids = new Map(characters.map((c, i) => [c.codePointAt(0)!, specials.length + i]));
  if (ids.size < characters.length || characters.some((c) => [...c].length !== 1))
    throw new DataError(name, "characters must be single code points, each of them once");
  const unknown = specials.indexOf(UNKNOWN);
  const size = specials.length + characters.length;
  return {
    size,
    special: specialOf(name, specials),
    encode(text) {
      checkText(name, text);
      const out = new Int32Array(text.length);
      let n = 0;
      for (let i = 0; i < text.length; i++) {
        const code = text.codePointAt(i)!;
        const id = ids.get(code) ?? unknown;
        if (id < 0) throw unknownCharacter(name, code, i);
        out[n++] = id;
        if (code > 0xffff) i++;
      }
      return out.slice(0, n);
    },
    decode(tokens) {
      checkArray(name, "ids", tokens);
      const parts = new Array<string>(tokens.length);
      for (let i = 0; i < tokens.length; i++) {
        const id = tokens[i]!;
        checkId(name, id, i, size);
        if (id === unknown) parts[i] = "\ufffd";
        else parts[i] = id < specials.length ? "" : characters[id - specials.length]!;
      }
      return parts.join("");
    },
    toJSON: () => ({ type: "characters", specials, characters }),
  };
}

function unknownCharacter(name: string, code: number, at: number): DataError {
  const shown = `${JSON.stringify(String.fromCodePoint(code))} (U+${code.toString(16).toUpperCase().padStart(4, "0")})`;
  return new DataError(
    name,
    `character ${shown} at ${at} is not in the vocabulary`,
    {},
    'build the vocabulary with specials: ["<unk>"]',
  );
}
