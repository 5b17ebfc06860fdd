// Second derivatives of ops as a network has them: what flows back into the op depends on its result, since what comes after it
// is no straight line. Products dᵀ·H·e of the Hessian H of Σ (out²/2 + out³/3) with random directions d and e are held to mixed
// differences of the op's f64 reference.
import { afterAll, describe, expect, test } from "vitest";
import { typedArray } from "../src/core/dtype";
import { numel } from "../src/core/shape";
import { Executable } from "../src/gpu/executable";
import type { Runtime } from "../src/gpu/runtime";
import { feed, type Tensor } from "../src/graph/tensor";
import { add } from "../src/ops/add";
import { mul } from "../src/ops/mul";
import { square } from "../src/ops/square";
import { sum } from "../src/ops/sum";
import { gradients } from "../src/optim/gradients";
import { plan } from "../src/schedule/plan";
import { nodeRuntime } from "./device";
import { cases } from "./ops/cases";
import type { InputSpec, OpCase, Sample } from "./ops/opCase";
import { lcg } from "./ops/runCase";

/** Elements of an input up to which a sample is taken. */
const LARGEST = 400;
/** Of these all samples are taken: how the second derivatives are made depends on shapes and options. */
const THOROUGHLY = ["layerNorm", "maxPool2d", "multiHeadAttention", "scaledDotProductAttention"];
/** What is made of others has its second derivatives from them, and so has no test here, but for these. */
const MADE = ["gru", "multiHeadAttention", "norm", "variance"];
/** In the place of an op's own samples: what is unrolled has kernels for each step. */
const SHORT: Readonly<Record<string, Sample<object>[]>> = {
  recurrence: [
    {
      inputs: [[2, 2, 8], [8, 2], [2, 2], [2, 2], { shape: [2], dtype: "i32", values: [2, 1] }],
      attrs: { cell: "lstm", given: ["h0", "c0", "lengths"], reverse: true },
    },
    {
      inputs: [[2, 2, 6], [6, 2], [2, 2], [6]],
      attrs: { cell: "gru", given: ["h0", "bias"], batchFirst: true },
    },
    {
      inputs: [
        [2, 1, 2],
        [2, 2],
      ],
      attrs: { cell: "tanh" },
    },
  ],
  gru: [{ inputs: [[2, 1, 2], [6, 2], [6, 2], [6], [6]], attrs: { linearBeforeReset: false } }],
};
const STEP = 1e-4;

const specOf = (s: InputSpec) => ({
  dtype: "f32" as const,
  range: [-1, 1] as const,
  ...("shape" in s ? s : { shape: s }),
});

const samplesOf = (name: string, c: OpCase): readonly Sample<object>[] =>
  SHORT[name] ??
  c.samples
    .filter((s) => s.vjp !== false && s.inputs.map(specOf).every(({ shape }) => numel(shape) <= LARGEST))
    .filter((s) => s.inputs.map(specOf).some(({ dtype }) => dtype === "f32"))
    .filter((s) => s.inputs.map(specOf).some(({ shape }) => numel(shape) > 1))
    .slice(0, THOROUGHLY.includes(name) ? Infinity : 1);

const modules = import.meta.glob<Record<string, { kind?: unknown }>>("../src/ops/*.ts", { eager: true });

/** Ops with kernels of their own. Pointwise ones are in graph/secondDerivatives.test.ts and secondOrder.test.ts. */
const hasKernels = (name: string): boolean =>
  MADE.includes(name) || Object.values(modules[`../src/ops/${name}.ts`]!).some(({ kind }) => kind === "kernel");

/** dᵀ·H·e by the engine, and the sum of the magnitudes of its terms. */
async function byEngine(runtime: Runtime, c: OpCase, { inputs, attrs = {} }: Sample<object>, values: Values) {
  const specs = inputs.map(specOf);
  const fed = specs.map(({ shape, dtype }, i) => feed(`input ${i}`, { shape, dtype }));
  const out = c.build(fed, attrs);
  if (out.dtype !== "f32") return null;
  const floats = specs.flatMap(({ dtype }, i) => (dtype === "f32" ? [i] : []));
  const wrt = floats.map((i) => fed[i]!);
  const along = wrt.map(({ shape }, k) => feed(`direction ${k}`, { shape, dtype: "f32" }));
  const energy = sum(add(mul(square(out), 1 / 2), mul(mul(square(out), out), 1 / 3)));
  const slopes = gradients(energy, wrt).map((g, k) => sum(mul(g, along[k]!)));
  const products = gradients(slopes.reduce(add), wrt);
  const made = plan({ outputs: products, target: runtime.open.target, fuse: true, inputs: [...fed, ...along] });
  const executable = await Executable.create(runtime, made);
  const write = (t: Tensor, data: Values["at"][number]) => executable.write(t, data);
  fed.forEach((t, i) => void write(t, values.at[i]!));
  along.forEach((t, k) => void write(t, values.d[floats[k]!]!));
  executable.run();
  const read = await executable.read(products);
  executable.dispose();
  runtime.throwErrors();
  const terms = read.flatMap((data, k) => Array.from(data, (v, j) => v * values.e[floats[k]!]![j]!));
  return { product: terms.reduce((a, b) => a + b, 0), scale: 1 + terms.reduce((a, b) => a + Math.abs(b), 0) };
}

/** Numbers for the inputs, and two directions in which those that are floats are moved; integers stay. */
type Values = Readonly<Record<"at" | "d" | "e", readonly (Float32Array | Int32Array | Uint32Array)[]>>;

function valuesOf({ inputs }: Sample<object>): Values {
  const random = lcg(11);
  const specs = inputs.map(specOf);
  const at = specs.map(({ shape, dtype, range: [low, high], ...given }) => {
    const drawn = () => low + (high - low) * random();
    const values = "values" in given ? given.values : undefined;
    const numbers = Array.from({ length: numel(shape) }, () => (dtype === "f32" ? drawn() : Math.floor(drawn())));
    return typedArray(dtype, values ?? numbers) as Float32Array;
  });
  const direction = () =>
    at.map((v, i) => Float32Array.from(v, () => (specs[i]!.dtype === "f32" ? 2 * random() - 1 : 0)));
  return { at, d: direction(), e: direction() };
}

function byDifferences(c: OpCase, { inputs, attrs = {} }: Sample<object>, { at, d, e }: Values): number {
  const energy = (byD: number, byE: number) => {
    const moved = at.map((v, i) => ({
      shape: specOf(inputs[i]!).shape,
      data: Float64Array.from(v, (x, j) => x + STEP * (byD * d[i]![j]! + byE * e[i]![j]!)),
    }));
    return c.reference(moved, attrs).data.reduce((n, v) => n + v ** 2 / 2 + v ** 3 / 3, 0);
  };
  return (energy(1, 1) - energy(1, -1) - energy(-1, 1) + energy(-1, -1)) / (4 * STEP ** 2);
}

const { runtime: opened } = await nodeRuntime();

describe.skipIf(!opened)("second derivatives of what an op is part of", () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());
  const all = cases
    .filter(([name]) => hasKernels(name))
    .map(([name, c]) => [name, c, samplesOf(name, c)] as const)
    .filter(([, , s]) => s.length > 0);
  test.each(all)("%s", async (_, c, samples) => {
    for (const sample of samples) {
      const values = valuesOf(sample);
      const made = await byEngine(runtime, c, sample, values);
      if (!made) continue;
      const off = Math.abs(made.product - byDifferences(c, sample, values)) / made.scale;
      expect(off, `${JSON.stringify(sample.attrs)} ${sample.note ?? ""}`).toBeLessThan(1e-4);
    }
  });
});
