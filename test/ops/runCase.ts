import { type DType, type TypedArray, typedArray } from "../../src/core/dtype";
import { numel } from "../../src/core/shape";
import { Executable } from "../../src/gpu/executable";
import type { Runtime } from "../../src/gpu/runtime";
import { feed, type Tensor } from "../../src/graph/tensor";
import type { Target } from "../../src/kernel/target";
import { gradients } from "../../src/optim/gradients";
import type { Choice } from "../../src/schedule/lower";
import { plan } from "../../src/schedule/plan";
import type { InputSpec, OpCase, Reference, Sample } from "./opCase";

/** What a sample's check found; empty where all is well. Runs wherever there is a WebGPU device. */
export async function runSample(
  runtime: Runtime,
  c: OpCase,
  sample: Sample<object>,
  { fuse = true, target = runtime.open.target }: { fuse?: boolean; target?: Target } = {},
): Promise<string[]> {
  const { specs, values, inputs, attrs, out, differentiable, withVjp, seed, seedValues, grads, made } = prepare(
    c,
    sample,
    { fuse, target },
  );
  const executable = await Executable.create(runtime, made);
  inputs.forEach((t, i) => {
    executable.write(t, values[i]!);
  });
  executable.write(seed, seedValues);
  executable.run();
  const read = (t: Tensor) => ({ region: executable.region(t), dtype: t.dtype, length: t.size });
  const [actual, ...actualGrads] = await runtime.readback.read([out, ...grads].map(read));
  executable.dispose();

  const { expected, numeric } = expectedOf(c, sample, () => {
    const at = values.map((v, i): Reference => ({ data: Float64Array.from(v), shape: specs[i]!.shape }));
    const slopes = (input: number) => centralDifferences(c, at, input, seedValues, attrs);
    return { expected: c.reference(at, attrs), numeric: withVjp ? differentiable.map(slopes) : [] };
  });
  const problems: string[] = [];
  if (String(expected.shape) !== String(out.shape)) problems.push(`shape ${out.shape}, reference ${expected.shape}`);
  problems.push(...compare("forward", actual!, expected.data, c.tolerance ?? 1e-5));
  numeric.forEach((slopes, n) => {
    const what = `gradient of input ${differentiable[n]}`;
    problems.push(...compare(what, actualGrads[n]!, slopes, c.vjpTolerance ?? 1e-3));
  });
  return problems;
}

interface Expected {
  readonly expected: Reference;
  /** Central differences, for each input that has a gradient. */
  readonly numeric: readonly Float64Array[];
}

const known = new WeakMap<Sample<object>, Expected>();

/** The reference of a sample, worked out once however many kernels are held against it. */
function expectedOf(c: OpCase, sample: Sample<object>, compute: () => Expected): Expected {
  const found = known.get(sample) ?? compute();
  if (c.samples.includes(sample)) known.set(sample, found);
  return found;
}

/** The ops of a sample, gradients included, for which several kernels would do. */
export const choicesOf = (c: OpCase, sample: Sample<object>, target: Target): readonly Choice[] =>
  prepare(c, sample, { fuse: true, target }).made.choices;

/** The most kernels that any of the choices has. */
export const mostWays = (choices: readonly Choice[]): number =>
  Math.max(0, ...choices.map(({ ways }) => ways.names.length));

/** What a device has to have measured to take the n-th kernel of each choice. */
export const nthWays = (choices: readonly Choice[], n: number): Record<string, string> =>
  Object.fromEntries(choices.map(({ ways: { key, names } }) => [key, names[n % names.length]!]));

/** The graph of a sample with its gradients, its plan, and numbers to feed it with. */
function prepare(c: OpCase, sample: Sample<object>, { fuse, target }: { fuse: boolean; target: Target }) {
  const specs = sample.inputs.map(normalise);
  const random = lcg(1 + specs.length);
  const inputs = specs.map((s, i) => feed(`input ${i}`, { shape: s.shape, dtype: s.dtype }));
  const values = specs.map((s) => typedArray(s.dtype, s.values ?? fill(s, random)));
  const attrs = sample.attrs ?? {};
  const out = c.build(inputs, attrs);
  const differentiable = specs.flatMap((s, i) => (s.dtype === "f32" ? [i] : []));
  const withVjp = sample.vjp !== false && out.dtype === "f32" && differentiable.length > 0;
  const seed = feed("seed", { shape: out.shape, dtype: "f32" });
  const seedValues = Float32Array.from({ length: out.size }, () => 2 * random() - 1);
  const wrt = differentiable.map((i) => inputs[i]!);
  const grads = withVjp ? gradients(out, wrt, seed) : [];
  const made = plan({ outputs: [out, ...grads], target, fuse, inputs: [...inputs, seed] });
  return { specs, values, inputs, attrs, out, differentiable, withVjp, seed, seedValues, grads, made };
}

const normalise = (
  s: InputSpec,
): { shape: readonly number[]; dtype: DType; range: readonly [number, number]; values?: readonly number[] } =>
  Array.isArray(s)
    ? { shape: s, dtype: "f32", range: [-1, 1] }
    : { dtype: "f32", range: [-1, 1], ...(s as Exclude<InputSpec, readonly number[]>) };

function fill(
  s: { shape: readonly number[]; dtype: DType; range: readonly [number, number] },
  random: () => number,
): number[] {
  const [low, high] = s.range;
  const value = () => low + (high - low) * random();
  return Array.from({ length: numel(s.shape) }, () => (s.dtype === "f32" ? value() : Math.floor(value())));
}

/** d(Σ out · seed)/d(input), numerically, of the f64 reference. */
function centralDifferences(
  c: OpCase,
  at: readonly Reference[],
  input: number,
  seed: ArrayLike<number>,
  attrs: object,
) {
  const step = c.step ?? 1e-4;
  const objective = (j: number, h: number) => {
    const moved = at.map((r, i) => (i === input ? { ...r, data: r.data.with(j, r.data[j]! + h) } : r));
    return c.reference(moved, attrs).data.reduce((n, v, i) => n + v * seed[i]!, 0);
  };
  return at[input]!.data.map((_, j) => (objective(j, step) - objective(j, -step)) / (2 * step));
}

function compare(what: string, actual: TypedArray, expected: Float64Array, tolerance: number): string[] {
  let worst = 0;
  let where = -1;
  for (let i = 0; i < expected.length; i++) {
    const difference =
      actual[i] === expected[i] ? 0 : Math.abs(actual[i]! - expected[i]!) / (1 + Math.abs(expected[i]!));
    if (!(difference <= worst)) [worst, where] = [difference, i];
  }
  if (worst <= tolerance) return [];
  return [
    `${what}: element ${where} is ${actual[where]}, reference ${expected[where]} (off by ${worst}, allowed ${tolerance})`,
  ];
}

function lcg(seed: number): () => number {
  let s = seed;
  return () => {
    s = (1664525 * s + 1013904223) >>> 0;
    return s / 2 ** 32;
  };
}
