/** Mixes whole numbers into one of 32 bits: the same everywhere, and without a pattern that would show. */
export function mixed(...numbers: readonly number[]): number {
  let h = 0x9e3779b9;
  for (const n of numbers) {
    h = Math.imul(h ^ n, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}

/** Numbers drawn one after the other: the seeds decide them all. */
export class Chance {
  #drawn = 0;
  readonly #seeds: readonly number[];

  constructor(...seeds: readonly number[]) {
    this.#seeds = seeds;
  }

  /** 0 ≤ x < 1. */
  share(): number {
    return mixed(...this.#seeds, this.#drawn++) / 2 ** 32;
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
