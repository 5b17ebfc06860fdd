// What the cases of random ops share: the generator's state is an input of theirs.
import { threefry2x32 } from "../../src/core/random";
import type { Generator } from "../../src/graph/generator";
import type { Tensor } from "../../src/graph/tensor";
import { takePendingUpdates } from "../../src/graph/trace";
import type { Reference } from "./opCase";

/** A generator's state as an input. */
export const generatorAt = (seed: number, step: number) => ({
  shape: [2],
  dtype: "u32" as const,
  values: [seed, step],
});

/** Records a draw with the first stream of a step. */
export function drawn(state: Tensor, draw: (generator: Generator) => Tensor): Tensor {
  takePendingUpdates(); // Streams are numbered from 0 in each recording.
  const out = draw({ state });
  takePendingUpdates();
  return out;
}

/** The i-th random word of that stream. */
export function wordOf(state: Reference, i: number): number {
  const [seed, step] = state.data as unknown as [number, number];
  return threefry2x32(seed, 0, i >>> 1, step)[i % 2]!;
}

/** A word as a number in (0, 1). */
export const openUnit = (word: number): number => (word + 0.5) / 2 ** 32;

/** Row-major values of a shape from their number. */
export const counted = (shape: readonly number[], f: (i: number) => number): Reference => ({
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => f(i)),
});
