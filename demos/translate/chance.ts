const START = 0x9e3779b9;

/** Mixes one more number into what is mixed already. */
function mix(mixture: number, n: number): number {
  let h = Math.imul(mixture ^ n, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Whole numbers mixed into one of 32 bits: the same everywhere, and without a pattern that would show. */
export const mixed = (...numbers: readonly number[]): number => numbers.reduce(mix, START) >>> 0;

/** Numbers drawn one after the other: the seeds decide them all. */
export class Chance {
  #drawn = 0;
  readonly #seeds: number;

  constructor(...seeds: readonly number[]) {
    this.#seeds = mixed(...seeds);
  }

  /** 0 ≤ x < 1. */
  share(): number {
    return (mix(this.#seeds, this.#drawn++) >>> 0) / 2 ** 32;
  }

  /** A whole number, 0 ≤ n < count. */
  below(count: number): number {
    return Math.floor(this.share() * count);
  }

  /** One of them. */
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** What is learnt from, what the network is watched by while it learns, and what it is judged by at the end. */
export type Part = "train" | "dev" | "test";

/** The part that something belongs to, always: a twentieth to dev, a twentieth to test. */
export function partOf(seed: number, subject: number): Part {
  const place = mixed(seed, 0x5eed, subject) % 20;
  return place === 0 ? "dev" : place === 1 ? "test" : "train";
}
