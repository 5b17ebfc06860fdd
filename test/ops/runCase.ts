import { type DType, fromHalves, type TypedArray, toHalves, typedArray } from "../../src/core/dtype";
import { numel } from "../../src/core/shape";
import { Executable } from "../../src/gpu/executable";
import type { Runtime } from "../../src/gpu/runtime";
import { withAutocast } from "../../src/graph/autocast";
import { toFloat, widened } from "../../src/graph/cast";
import { feed } from "../../src/graph/tensor";
import type { Target } from "../../src/kernel/target";
import { gradients } from "../../src/optim/gradients";
import type { Choice } from "../../src/schedule/choice";
import { plan } from "../../src/schedule/plan";
import { lendGarbage } from "../garbage";
import type { InputSpec, OpCase, Reference, Sample } from "./opCase";

export interface RunOptions {
  /** Default true. */
  readonly fuse?: boolean;
  /** Whether its launches become one where they are small; default false. */
  readonly join?: boolean;
  readonly target?: Target;
  /** Whether it runs under autocast, with f16 for its first float; default false. */
  readonly halves?: boolean;
}

/** Checks a sample on a WebGPU device. @returns the problems that it found */
export async function runSample(
  runtime: Runtime,
  c: OpCase,
  sample: Sample<object>,
  { fuse = true, join = false, target = runtime.open.target, halves = false }: RunOptions = {},
): Promise<string[]> {
  const { specs, values, inputs, attrs, out, differentiable, withVjp, seed, seedValues, grads, made } = prepare(
    c,
    sample,
    { fuse, join, target, halves },
  );
  lendGarbage(runtime);
  const executable = await Executable.create(runtime, made);
  for (const [i, t] of inputs.entries()) executable.write(t, values[i]!);
  executable.write(seed, seedValues);
  executable.run();
  const [actual, ...actualGrads] = await executable.read([out, ...grads]);
  executable.dispose();

  const { expected, slopes } = expectedOf(c, sample, halves, () => {
    const at = values.map((v, i): Reference => ({ data: Float64Array.from(v), shape: specs[i]!.shape }));
    const of = (input: number) => slopesOf(c, at, input, seedValues, attrs);
    return { expected: c.reference(at, attrs), slopes: withVjp ? differentiable.map(of) : [] };
  });
  const problems: string[] = [];
  if (String(expected.shape) !== String(out.shape)) problems.push(`shape ${out.shape}, reference ${expected.shape}`);
  const rounding = (of: Float64Array) => (halves ? (c.halves || HALF) * largest(of) : 0);
  problems.push(...compare("forward", actual!, expected.data, (c.tolerance ?? 1e-5) + rounding(expected.data)));
  slopes.forEach((list, n) => {
    const what = `gradient of input ${differentiable[n]}`;
    const along = list.map(({ direction }) => dot(direction, actualGrads[n]!));
    const numeric = Float64Array.from(list, ({ slope }) => slope);
    const name = (i: number) =>
      typeof list[i]?.direction === "number" ? `element ${list[i].direction}` : "a direction";
    problems.push(...compare(what, along, numeric, (c.vjpTolerance ?? 1e-3) + rounding(numeric), name));
  });
  return problems;
}

interface Expected {
  readonly expected: Reference;
  /** For each input that has a gradient. */
  readonly slopes: readonly (readonly Slope[])[];
}

/** The numerical derivative of Σ out · seed along a direction of an input. */
interface Slope {
  readonly direction: Direction;
  readonly slope: number;
}

/** A direction in which an input moves: one element, or a distance for each. */
type Direction = number | Float64Array;

const dot = (direction: Direction, gradient: TypedArray): number =>
  typeof direction === "number" ? gradient[direction]! : direction.reduce((sum, d, i) => sum + d * gradient[i]!, 0);

/** See {@link OpCase.halves}. */
const HALF = 4e-3;
const LARGEST_HALF = 65504;

/** Whether a sample means the same in f16: of floats, none of them too large for it. */
export const runsInHalves = (c: OpCase, { inputs }: Sample<object>): boolean =>
  c.halves !== false &&
  inputs.map(normalise).some((i) => i.dtype === "f32") &&
  inputs.map(normalise).every((i) => (i.values ?? i.range).every((v) => Math.abs(v) <= LARGEST_HALF));

const largest = (values: Float64Array): number => values.reduce((most, v) => Math.max(most, Math.abs(v)), 1);

const known = [new WeakMap<Sample<object>, Expected>(), new WeakMap<Sample<object>, Expected>()] as const;

/** The reference of a sample: computed once, however many kernels are compared with it. */
function expectedOf(c: OpCase, sample: Sample<object>, halves: boolean, compute: () => Expected): Expected {
  const cache = known[Number(halves) as 0 | 1];
  const found = cache.get(sample) ?? compute();
  if (c.samples.includes(sample)) cache.set(sample, found);
  return found;
}

/** The ops of a sample and its gradients that can be computed by several kernels. */
export const choicesOf = (c: OpCase, sample: Sample<object>, target: Target): readonly Choice[] =>
  prepare(c, sample, { fuse: true, target }).made.choices;

/** The most kernels that any of the choices has. */
export const mostWays = (choices: readonly Choice[]): number =>
  Math.max(0, ...choices.map(({ ways }) => ways.names.length));

/** The measurements with which a device takes the n-th kernel of each choice. */
export const nthWays = (choices: readonly Choice[], n: number): Record<string, string> =>
  Object.fromEntries(choices.map(({ ways: { key, names } }) => [key, names[n % names.length]!]));

/** The graph of a sample with its gradients, its plan, and numbers to feed it with. */
function prepare(
  c: OpCase,
  sample: Sample<object>,
  { fuse, join = false, target, halves = false }: { fuse: boolean; join?: boolean; target: Target; halves?: boolean },
) {
  const specs = sample.inputs.map(normalise);
  const random = lcg(1 + specs.length);
  const inputs = specs.map((s, i) => feed(`input ${i}`, { shape: s.shape, dtype: s.dtype }));
  const values = specs.map((s) => {
    const exact = typedArray(s.dtype, s.values ?? fill(s, random));
    return halves && exact instanceof Float32Array ? fromHalves(toHalves(exact)) : exact;
  });
  const attrs = sample.attrs ?? {};
  const first = specs.findIndex((s) => s.dtype === "f32");
  const given = inputs.map((t, i) => (halves && i === first ? toFloat(t, "f16") : t));
  const out = withAutocast(halves, () => widened(c.build(given, attrs)));
  const differentiable = specs.flatMap((s, i) => (s.dtype === "f32" ? [i] : []));
  const withVjp = sample.vjp !== false && out.dtype === "f32" && differentiable.length > 0;
  const seed = feed("seed", { shape: out.shape, dtype: "f32" });
  const seedValues = Float32Array.from({ length: out.size }, () => 2 * random() - 1);
  const wrt = differentiable.map((i) => inputs[i]!);
  const grads = withVjp ? withAutocast(halves, () => gradients(out, wrt, seed)) : [];
  const made = plan({ outputs: [out, ...grads], target, fuse, join, inputs: [...inputs, seed] });
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

/** Most elements that are moved one by one: all of a small input, or this many of a large one, including the last. */
const MOVED = 48;
/** Number of random directions in which all elements of a large input are moved at once. */
const DIRECTIONS = 4;

/** Central differences of Σ out · seed, computed by the f64 reference. */
function slopesOf(
  c: OpCase,
  at: readonly Reference[],
  input: number,
  seed: ArrayLike<number>,
  attrs: object,
): readonly Slope[] {
  const step = c.step ?? 1e-4;
  const { data } = at[input]!;
  const moved = (direction: Direction, h: number) =>
    typeof direction === "number"
      ? data.with(direction, data[direction]! + h)
      : data.map((v, i) => v + h * direction[i]!);
  const objective = (direction: Direction, h: number) => {
    const inputs = at.map((r, i) => (i === input ? { ...r, data: moved(direction, h) } : r));
    return c.reference(inputs, attrs).data.reduce((n, v, i) => n + v * seed[i]!, 0);
  };
  return directions(data.length).map((direction) => ({
    direction,
    slope: (objective(direction, step) - objective(direction, -step)) / (2 * step),
  }));
}

function directions(size: number): readonly Direction[] {
  if (size <= MOVED) return Array.from({ length: size }, (_, i) => i);
  const random = lcg(size);
  const spread = Array.from({ length: MOVED - 1 }, (_, i) => Math.floor(((i + random()) * size) / MOVED));
  const all = Array.from({ length: DIRECTIONS }, () =>
    Float64Array.from({ length: size }, () => (2 * random() - 1) / Math.sqrt(size)),
  );
  return [...spread, size - 1, ...all];
}

function compare(
  what: string,
  actual: ArrayLike<number>,
  expected: Float64Array,
  tolerance: number,
  name = (i: number) => `element ${i}`,
): string[] {
  let worst = 0;
  let where = -1;
  for (let i = 0; i < expected.length; i++) {
    const same = actual[i] === expected[i] || (Number.isNaN(actual[i]) && Number.isNaN(expected[i]));
    const difference = same ? 0 : Math.abs(actual[i]! - expected[i]!) / (1 + Math.abs(expected[i]!));
    if (Number.isNaN(worst) || difference <= worst) continue;
    [worst, where] = [difference, i]; // a NaN, too, and it stays
  }
  if (worst <= tolerance) return [];
  return [
    `${what}: ${name(where)} is ${actual[where]}, reference ${expected[where]} (off by ${worst}, allowed ${tolerance})`,
  ];
}

/** Numbers in [0, 1), the same for the same seed. */
export function lcg(seed: number): () => number {
  let s = seed;
  return () => {
    s = (1664525 * s + 1013904223) >>> 0;
    return s / 2 ** 32;
  };
}
