import type { Target } from "./target";

/** The ways in which a kernel family can do one piece of work, the best guess first. */
export interface Ways<W extends string = string> {
  /** Family, shapes and flags: what the choice depends on. */
  readonly key: string;
  readonly names: readonly W[];
  /** Largest of the random numbers over which the ways are compared; default 1. */
  readonly magnitude?: number;
}

/** The way that was measured as the fastest on the device, else the first. */
export function chosenWay<W extends string>({ tuning }: Target, { key, names }: Ways<W>): W {
  const tuned = tuning?.[key];
  return names.find((name) => name === tuned) ?? names[0]!;
}
