import type { Target } from "./target";

/** The kernels of a family (its ways) that can do one piece of work, the best guess first. */
export interface Ways<W extends string = string> {
  /** What the choice depends on: family, shapes and flags. */
  readonly key: string;
  readonly names: readonly W[];
  /** Ways are compared over random numbers between −magnitude and magnitude; default 1. */
  readonly magnitude?: number;
}

/** The way that was measured as the fastest on the device; the first where none was measured. */
export function chosenWay<W extends string>({ tuning }: Target, { key, names }: Ways<W>): W {
  const tuned = tuning?.[key];
  return names.find((name) => name === tuned) ?? names[0]!;
}
