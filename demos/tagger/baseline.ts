import { type Sentence, TAG_NAMES } from "./data";

/** The tagger without a network: each word gets the tag that it has most often in training, whatever stands around it. */
export class MostFrequentTag {
  readonly #tagOf = new Map<string, number>();
  /** What words get that training does not have: its most frequent tag. */
  readonly #usual: number;

  constructor(sentences: readonly Sentence[]) {
    const counts = new Map<string, Uint32Array>();
    const all = new Uint32Array(TAG_NAMES.length);
    for (const { words, tags } of sentences)
      words.forEach((word, i) => {
        const key = word.toLowerCase();
        const own = counts.get(key) ?? new Uint32Array(TAG_NAMES.length);
        counts.set(key, own);
        own[tags[i]!]!++;
        all[tags[i]!]!++;
      });
    for (const [word, own] of counts) this.#tagOf.set(word, largest(own));
    this.#usual = largest(all);
  }

  /** An index of {@link TAG_NAMES}. */
  tagOf(word: string): number {
    return this.#tagOf.get(word.toLowerCase()) ?? this.#usual;
  }

  /** The share of words that it gets right, 0…1. */
  accuracyOn(sentences: readonly Sentence[]): number {
    let [right, all] = [0, 0];
    for (const { words, tags } of sentences)
      words.forEach((word, i) => {
        right += Number(this.tagOf(word) === tags[i]);
        all++;
      });
    return all ? right / all : 0;
  }
}

const largest = (values: Uint32Array): number => values.indexOf(Math.max(...values));
