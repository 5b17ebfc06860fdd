// Second derivatives of every op as a network has them: what flows back into the op depends on its result, since what comes
// after it is no straight line. Products dᵀ·H·e of the Hessian H of Σ (out²/2 + out³/3) with random directions d and e are held
// to mixed differences of the op's f64 reference.
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

/** Elements of an input up to which a sample is taken, and samples of an op. */
const [LARGEST, SAMPLES] = [400, 2];
/** Of these all samples are taken: their second derivatives depend on how the first were computed. */
const THOROUGHLY = ["layerNorm", "maxPool2d", "multiHeadAttention", "prod", "scaledDotProductAttention", "variance"];
const STEP = 1e-4;

const specOf = (s: InputSpec) => ({
  dtype: "f32" as const,
  range: [-1, 1] as const,
  ...("shape" in s ? s : { shape: s }),
});

const samplesOf = (name: string, c: OpCase): readonly Sample<object>[] =>
  c.samples
    .filter((s) => s.vjp !== false && s.inputs.map(specOf).every(({ shape }) => numel(shape) <= LARGEST))
    .filter((s) => s.inputs.map(specOf).some(({ dtype }) => dtype === "f32"))
    .slice(0, THOROUGHLY.includes(name) ? Infinity : SAMPLES);

/** Numbers in [0, 1), the same for the same seed. */
function uniform(seed: number): () => number {
  let s = seed;
  return () => {
    s = (1664525 * s + 1013904223) >>> 0;
    return s / 2 ** 32;
  };
}

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
  const random = uniform(11);
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
  const all = cases.map(([name, c]) => [name, c, samplesOf(name, c)] as const).filter(([, , s]) => s.length > 0);
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
