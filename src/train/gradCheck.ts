import type { TypedArray } from "../core/dtype";
import { CaptureError } from "../core/errors";
import { permuted } from "../core/permutation";
import { uniform } from "../core/random";
import { checkWhole, type Shape } from "../core/shape";
import { checkOption, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { gradients } from "../optim/gradients";
import { checkEngine } from "./checkStates";
import type { Engine } from "./engine";
import { tensor } from "./tensor";

/** The values at which gradients are checked. Integers (labels, indices) stay fixed. */
export interface CheckedInput {
  readonly shape: Shape;
  readonly values: TypedArray | readonly number[];
}

export interface GradCheckOptions {
  /** Step h of the differences, relative to max(1, |x|); default 1e-2. */
  readonly eps?: number;
  /** Largest accepted error, see {@link GradCheckResult.error}; default 1e-2. */
  readonly tolerance?: number;
  /** Number of elements checked in each input, drawn with a fixed seed; default 64. Each takes four runs. */
  readonly elements?: number;
}

/** The element whose gradient is furthest off. */
export interface GradCheckResult {
  /** Whether the error is within the tolerance. */
  readonly ok: boolean;
  /** Name of its input. */
  readonly input: string;
  /** Its place in the input, in row-major order. */
  readonly index: number;
  /** The computed gradient, and that of the differences. */
  readonly analytic: number;
  readonly numeric: number;
  /** |analytic − numeric|, relative to the largest gradient of the input. Differences due to rounding stay below the tolerance. */
  readonly error: number;
}

/** The error of a value of 1 after a few f32 operations. */
const ROUNDING = 2 ** -21;

/**
 * Compares the gradients of `fn` with differences of its values, to check ops and losses of your own: a wrong factor, sign or index
 * gives errors near 1.
 *
 * The function that is differentiated is `Σ out · seed` with a fixed random seed, summed in f64. Everything else is f32, where plain
 * central differences suffer from rounding if the step is small, and from curvature if it is large. Richardson's extrapolation
 * of two steps, `(8·(f(x+h) − f(x−h)) − (f(x+2h) − f(x−2h))) / 12h`, allows h to be as large as 1e-2.
 *
 * Keep values further than 2·eps from kinks (relu at 0, ties of a maximum), and leave out randomness (dropout in training):
 * differences mean nothing there.
 *
 * @param fn records the function of its inputs
 * @param inputs by name; at least one of f32
 * @returns the worst element, and whether it is within the tolerance
 * @throws CaptureError where no input is f32, or the output is not; ShapeError where an option is out of range
 */
export async function gradCheck<I extends Record<string, CheckedInput>>(
  engine: Engine,
  fn: (inputs: { [K in keyof I]: Tensor }) => Tensor,
  inputs: I,
  options: GradCheckOptions = {},
): Promise<GradCheckResult> {
  optionsOf("gradCheck", options, "eps tolerance elements");
  const { eps = 1e-2, tolerance = 1e-2, elements = 64 } = options;
  checkEngine("gradCheck", engine);
  checkOption("gradCheck", "eps", eps, Number.isFinite(eps) && eps > 0, "a number above 0");
  checkOption("gradCheck", "tolerance", tolerance, tolerance > 0, "a number above 0");
  checkWhole("gradCheck", { elements });
  const named = Object.entries(inputs).map(([name, { values, shape }]) => [name, tensor(values, shape)] as const);
  const probe = await captureProbe(engine, fn as (inputs: Record<string, Tensor>) => Tensor, named);
  try {
    const size = (await probe.out({})).reduce((n, v) => n + Math.abs(v), 0);
    const analytic = await probe.gradients();
    const found: GradCheckResult[] = [];
    for (const [name, { size: count }] of probe.checked) {
      const numeric = new Map<number, number>();
      for (let i = 0; i < Math.min(elements, count); i++) {
        const index = permuted(i, count, 1, 0);
        numeric.set(index, await difference(probe, name, index, eps));
      }
      found.push(worstOf(name, analytic[name]!, numeric, tolerance, (size * ROUNDING) / eps));
    }
    return found.reduce((a, b) => (b.error > a.error ? b : a));
  } finally {
    probe.dispose();
  }
}

/** The function as a captured step, with its gradients. */
interface Probe {
  readonly values: Readonly<Record<string, TypedArray>>;
  /** The inputs whose gradients are checked. */
  readonly checked: readonly (readonly [string, Tensor])[];
  /** The terms of `Σ out · seed`, in f64, with some inputs changed. */
  out(changed: Record<string, TypedArray>): Promise<number[]>;
  /** The gradients of the newest run, by input. */
  gradients(): Promise<Record<string, TypedArray>>;
  dispose(): void;
}

async function captureProbe(
  engine: Engine,
  fn: (inputs: Record<string, Tensor>) => Tensor,
  named: readonly (readonly [string, Tensor])[],
): Promise<Probe> {
  const checked = named.filter(([, t]) => t.dtype === "f32");
  if (!checked.length) throw new CaptureError("gradCheck", "no input is f32");
  const specs = Object.fromEntries(named.map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
  let seed: Float32Array<ArrayBuffer> | undefined;
  const key = (name: string) => `gradient of ${name}`;
  const step = await engine.capture(specs, (feeds): Record<string, Tensor> => {
    const out = fn(feeds);
    if (out.dtype !== "f32") throw new CaptureError("gradCheck", `the output has dtype ${out.dtype}`);
    seed = uniform(1, 0, out.size, 0.5, 1.5).map((v, i) => (i % 3 === 1 ? -v : v));
    const wrt = checked.map(([name]) => feeds[name]!);
    const grads = gradients(out, wrt, tensor(seed, out.shape));
    return { out, ...Object.fromEntries(grads.map((g, i) => [key(checked[i]![0]), g])) };
  });
  const values = Object.fromEntries(named.map(([name, t]) => [name, (t.leaf as { data: TypedArray }).data]));
  return {
    values,
    checked,
    async out(changed) {
      await step.run({ ...values, ...changed });
      return Array.from(await step.read("out"), (v, i) => v * seed![i]!);
    },
    async gradients() {
      const all = await step.readAll(checked.map(([name]) => key(name)));
      return Object.fromEntries(checked.map(([name]) => [name, all[key(name)]!]));
    },
    dispose: () => step.dispose(),
  };
}

/** Richardson's extrapolation of central differences along one element. */
async function difference(probe: Probe, name: string, index: number, eps: number): Promise<number> {
  const values = probe.values[name]!;
  const x = values[index]!;
  const h = eps * Math.max(1, Math.abs(x));
  const symmetric = async (step: number) => {
    const [above, below] = [values.slice(), values.slice()];
    above[index] = x + step;
    below[index] = x - step;
    const high = await probe.out({ [name]: above });
    const low = await probe.out({ [name]: below });
    // The step that was really taken, after rounding to f32.
    return high.reduce((n, v, i) => n + v - low[i]!, 0) / (above[index]! - below[index]!);
  };
  return (4 * (await symmetric(h)) - (await symmetric(2 * h))) / 3;
}

function worstOf(
  input: string,
  analytic: TypedArray,
  numeric: ReadonlyMap<number, number>,
  tolerance: number,
  noise: number,
): GradCheckResult {
  // NaN and infinities say nothing about the scale of the others.
  const sizes = [...numeric]
    .flatMap(([i, n]) => [n, analytic[i]!])
    .filter(Number.isFinite)
    .map(Math.abs);
  const scale = Math.max(...sizes, noise / tolerance);
  let worst: GradCheckResult | undefined;
  for (const [index, n] of numeric) {
    const a = analytic[index]!;
    const off = a === n ? 0 : Math.abs(a - n) / scale;
    // NaN and infinities are as wrong as can be.
    const error = Number.isFinite(off) ? off : Number.POSITIVE_INFINITY;
    if (!worst || error > worst.error) worst = { ok: error <= tolerance, input, index, analytic: a, numeric: n, error };
  }
  return worst!;
}
