import { padSequences, type Tokenizer, wordTokenizer } from "../../src/index";

/** What the network sees of a word, in the order of its ids: the word itself, its last letters, and its looks. */
export const FEATURES = ["word", "suffix3", "suffix2", "suffix1", "shape"] as const;

export type Feature = (typeof FEATURES)[number];

/** A sentence as the network reads it: for each feature the ids of its words. */
export type Reading = Readonly<Record<Feature, Int32Array>>;

/** How many last letters each feature but the looks is made of; 0 for the whole word. */
const LETTERS = [0, 3, 2, 1] as const;
/** Endings of fewer words count as unknown: their vectors would say no more than those of the words. */
const MINIMUM_WORDS = 2;
/** The id of what training does not have. */
export const UNKNOWN = 0;
/** The id of places behind a sentence's last word: it has no vector, and as a label it is left out. */
export const NOTHING = -1;

/** Without case, lower, Initial, other; with a digit; with a hyphen; with a full stop or an apostrophe. */
export const SHAPES = 4 * 2 * 2 * 3;

/** The vocabularies, made from the training sentences alone. */
export class Lexicon {
  readonly #tokenizers: readonly Tokenizer[];
  /** How many ids each feature has. */
  readonly sizes: Readonly<Record<Feature, number>>;
  /** How often training has each word, by its id. */
  readonly counts: Int32Array;
  /** What is known of forms that were read before. */
  readonly #known = new Map<string, readonly number[]>();

  constructor(sentences: readonly { readonly words: readonly string[] }[]) {
    const words = sentences.flatMap((s) => s.words);
    const different = [...new Set(words.map((w) => part(w, 0)))];
    const vocabulary = (of: readonly string[], minimumCount: number) =>
      wordTokenizer(of.join(" "), { minimumCount, lowerCase: true, pattern: /\S+/u, specials: ["<unk>"] });
    this.#tokenizers = LETTERS.map((letters) => {
      if (letters === 0) return vocabulary(words, 1);
      return vocabulary(
        different.map((w) => part(w, letters)),
        MINIMUM_WORDS,
      );
    });
    const sizes = [...this.#tokenizers.map((t) => t.size), SHAPES];
    this.sizes = Object.fromEntries(FEATURES.map((f, i) => [f, sizes[i]!])) as Record<Feature, number>;
    this.counts = new Int32Array(this.sizes.word);
    for (const word of words) this.counts[this.#idsOf(word)[0]!]!++;
  }

  /** Whether training has the word, in capitals or not. */
  knows(word: string): boolean {
    return this.#idsOf(word)[0] !== UNKNOWN;
  }

  /** The ids of a sentence's words. */
  read(words: readonly string[]): Reading {
    const ids = words.map((word) => this.#idsOf(word));
    return Object.fromEntries(FEATURES.map((f, i) => [f, Int32Array.from(ids, (of) => of[i]!)])) as Record<
      Feature,
      Int32Array
    >;
  }

  /** Several sentences for a step that is fed: `ids` [features, N, length], filled up with {@link NOTHING}. */
  table(sentences: readonly (readonly string[])[], rows: number, length: number) {
    const readings = Array.from({ length: rows }, (_, n) => this.read(sentences[n] ?? []));
    const ids = new Int32Array(FEATURES.length * rows * length);
    const padded = FEATURES.map((f) =>
      padSequences(
        readings.map((r) => r[f]),
        { length, pad: NOTHING },
      ),
    );
    padded.forEach((p, f) => {
      ids.set(p.ids, f * rows * length);
    });
    return { ids, lengths: padded[0]!.lengths };
  }

  #idsOf(word: string): readonly number[] {
    let ids = this.#known.get(word);
    if (!ids) {
      const ofParts = this.#tokenizers.map((t, i) => t.encode(part(word, LETTERS[i]!))[0]!);
      ids = [...ofParts, shapeOf(word)];
      this.#known.set(word, ids);
    }
    return ids;
  }
}

/** The word without capitals, or its last letters: there digits are alike, and ^ marks where a short word begins. */
export function part(word: string, letters: number): string {
  const lower = word.toLowerCase();
  return letters ? `^${lower.replace(/\d/g, "0")}`.slice(-letters) : lower;
}

/** A number for a word's looks, below {@link SHAPES}. */
export function shapeOf(word: string): number {
  const isLower = word === word.toLowerCase();
  const isUpper = word === word.toUpperCase();
  const isInitial = /^[^\p{L}]*\p{Lu}[^\p{Lu}]*$/u.test(word);
  const letters = isLower && isUpper ? 0 : isLower ? 1 : isInitial ? 2 : 3;
  const digit = Number(/\d/.test(word));
  const hyphen = Number(/.-./.test(word));
  const mark = /.\./.test(word) ? 1 : /.'|'./.test(word) ? 2 : 0;
  return ((letters * 2 + digit) * 2 + hyphen) * 3 + mark;
}
