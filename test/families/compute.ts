import { Executable } from "../../src/gpu/executable";
import type { Runtime } from "../../src/gpu/runtime";
import { feed, type Tensor } from "../../src/graph/tensor";
import type { Target } from "../../src/kernel/target";
import { type Plan, plan } from "../../src/schedule/plan";
import { lendGarbage } from "../garbage";

/** An input with its numbers. */
export function given(shape: readonly number[], value: (i: number) => number): [Tensor, Float32Array<ArrayBuffer>] {
  const t = feed("input", { shape, dtype: "f32" });
  return [t, Float32Array.from({ length: t.size }, (_, i) => value(i))];
}

/** Numbers in −1 … 1 without a pattern that sums could profit from. */
export const noise = (i: number): number => {
  const s = Math.sin(12.9898 * (i + 1)) * 43758.5453;
  return 2 * (s - Math.floor(s)) - 1;
};

/** The numbers of `outputs`, as a device of the kind of `target` computes them. */
export async function compute(
  runtime: Runtime,
  target: Target,
  outputs: readonly Tensor[],
  inputs: readonly (readonly [Tensor, Float32Array<ArrayBuffer>])[],
): Promise<Float64Array[]> {
  return runPlan(runtime, plan({ outputs, target, fuse: true, inputs: inputs.map(([t]) => t) }), outputs, inputs);
}

/** The numbers of `outputs` after one run of a plan. */
export async function runPlan(
  runtime: Runtime,
  made: Plan,
  outputs: readonly Tensor[],
  inputs: readonly (readonly [Tensor, Float32Array<ArrayBuffer>])[],
): Promise<Float64Array[]> {
  lendGarbage(runtime);
  const executable = await Executable.create(runtime, made);
  for (const [t, values] of inputs) executable.write(t, values);
  executable.run();
  const read = await executable.read(outputs);
  executable.dispose();
  runtime.throwErrors();
  return read.map((values) => Float64Array.from(values));
}

/** The largest difference, relative to the largest expected value; NaN where any number is. */
export function distance(actual: Float64Array, expected: Float64Array): number {
  const scale = expected.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-30);
  return actual.reduce((m, v, i) => Math.max(m, Math.abs(v - expected[i]!)), 0) / scale;
}
