import { DataError } from "../core/errors";
import { checkArray, checkCounts, checkText } from "../core/given";
import { optionsOf } from "../graph/options";
import {
  byText,
  checkId,
  checkSpecials,
  countOf,
  SEQUENCE_SPECIALS,
  specialOf,
  type Tokenizer,
  UNKNOWN,
} from "./tokenizer";

/** Words with their apostrophes, numbers, and each other character that is not space. */
const WORD = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*|\p{N}+|[^\s\p{L}\p{M}\p{N}]/gu;

export interface WordTokenizerOptions {
  /** Words that occur less often become `<unk>`; default 1. */
  readonly minimumCount?: number;
  /** The most words to keep, the most frequent ones; default all. */
  readonly maximumWords?: number;
  /** Encode text in lower case; default false. */
  readonly lowerCase?: boolean;
  /**
   * Matches a word; the flag `u` is added where it has no `v`. Default: words with their apostrophes, numbers, and each other
   * character that is not space.
   */
  readonly pattern?: RegExp;
  /** They take the first ids; default `<pad>`, `<unk>`, `<bos>`, `<eos>`. Without `<unk>`, unknown words are refused. */
  readonly specials?: readonly string[];
}

/**
 * A vocabulary of the words that occur in a text, the most frequent first, equally frequent ones in alphabetical order.
 * Decoding puts a space between any two words.
 * @throws DataError where nothing is left, a count is no integer, the pattern no RegExp, or a special token is given twice
 */
export function wordTokenizer(text: string, options: WordTokenizerOptions = {}): Tokenizer {
  optionsOf("wordTokenizer", options, "minimumCount maximumWords lowerCase pattern specials");
  const { minimumCount = 1, maximumWords = Number.POSITIVE_INFINITY, lowerCase = false } = options;
  const { pattern = WORD, specials = SEQUENCE_SPECIALS } = options;
  checkText("wordTokenizer", text);
  checkSpecials("wordTokenizer", specials);
  checkCounts("wordTokenizer", { minimumCount }, 0);
  if (maximumWords !== Number.POSITIVE_INFINITY) checkCounts("wordTokenizer", { maximumWords });
  if (!(pattern instanceof RegExp))
    throw new DataError("wordTokenizer", `the pattern is ${pattern}`, { wants: "a RegExp" });
  const { source, flags } = wordPattern(pattern.source, pattern.flags);
  const counts = [...countOf(split(text, lowerCase, new RegExp(source, flags)))];
  const words = counts
    .filter(([, count]) => count >= minimumCount)
    .sort(([a, m], [b, n]) => n - m || byText(a, b))
    .slice(0, maximumWords)
    .map(([word]) => word);
  return ofWords({ words, specials, lowerCase, pattern: source, flags });
}

/** The expression with the flags that make it find all words, by code points. */
export const wordPattern = (source: string, flags: string): RegExp =>
  new RegExp(source, [...new Set([...flags, "g", ...(flags.includes("v") ? "" : "u")])].join(""));

const split = (text: string, lowerCase: boolean, pattern: RegExp): readonly string[] =>
  (lowerCase ? text.toLowerCase() : text).match(pattern) ?? [];

export interface Words {
  readonly words: readonly string[];
  readonly specials: readonly string[];
  readonly lowerCase: boolean;
  readonly pattern: string;
  readonly flags?: string;
}

/** The tokenizer with these words, in this order. */
export function ofWords({ words, specials, lowerCase, pattern, flags = "" }: Words): Tokenizer {
  const name = "wordTokenizer";
  checkSpecials(name, specials);
  if (words.length === 0) throw new DataError(name, "no word is left for the vocabulary");
  const ids = new Map(words.map((w, i) => [w, specials.length + i]));
  if (ids.size < words.length) throw new DataError(name, "a word is given twice");
  const unknown = specials.indexOf(UNKNOWN);
  const size = specials.length + words.length;
  const regex = wordPattern(pattern, flags);
  return {
    size,
    special: specialOf(name, specials),
    encode(text) {
      checkText(name, text);
      return Int32Array.from(split(text, lowerCase, regex), (word, i) => {
        const id = ids.get(word) ?? unknown;
        if (id < 0) throw new DataError(name, `word ${JSON.stringify(word)}, number ${i}, is not in the vocabulary`);
        return id;
      });
    },
    decode(tokens) {
      checkArray(name, "ids", tokens);
      const parts: string[] = [];
      for (let i = 0; i < tokens.length; i++) {
        const id = tokens[i]!;
        checkId(name, id, i, size);
        if (id >= specials.length) parts.push(words[id - specials.length]!);
        else if (id === unknown) parts.push(UNKNOWN);
      }
      return parts.join(" ");
    },
    toJSON: () => ({ type: "words", specials, words, lowerCase, pattern, flags: regex.flags }),
  };
}
