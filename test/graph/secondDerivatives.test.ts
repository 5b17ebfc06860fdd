// Gradients of gradients of the pointwise ops, against second differences of the same f64 references as the ops.
import { expect, test } from "vitest";
import { Executable } from "../../src/gpu/executable";
import type { Runtime } from "../../src/gpu/runtime";
import { feed, type Tensor } from "../../src/graph/tensor";
import { add } from "../../src/ops/add";
import { outer } from "../../src/ops/outer";
import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";
import { describeOnDawn } from "../device";
import { cases } from "../ops/cases";
import type { InputSpec, OpCase } from "../ops/opCase";

const SMOOTH = [
  ...[
    "add",
    "sub",
    "mul",
    "div",
    "neg",
    "square",
    "sqrt",
    "rsqrt",
    "exp",
    "expm1",
    "log",
    "log1p",
    "pow",
    "sin",
    "cos",
  ],
  ...["tanh", "sigmoid", "silu", "softplus", "erf", "gelu", "elu"],
];
const KINKED = ["abs", "relu", "leakyRelu", "clamp", "maximum", "minimum", "remainder"];

const POINTS = 19;
const STEP = 1e-3;

/** Points spread over the range of the op's first sample, away from the whole and half numbers where kinks lie. */
function spread(spec: InputSpec, n: number): number[] {
  const [low, high] = ("shape" in spec ? spec.range : undefined) ?? [-1, 1];
  return Array.from(
    { length: POINTS },
    (_, i) => low + ((high - low) * (((7 * i * (n + 1)) % POINTS) + 0.37)) / POINTS,
  );
}

/** The second derivative along (1, …, 1), by autograd applied twice. */
async function twice(runtime: Runtime, c: OpCase, values: readonly number[][], attrs: object): Promise<number[]> {
  const spec = { shape: [POINTS], dtype: "f32" } as const;
  const inputs = values.map((_, i) => feed(`input ${i}`, spec));
  const sumOf = (list: readonly Tensor[]) => list.reduce((a, b) => add(a, b));
  const ones = feed("ones", spec);
  const first = sumOf(gradients(c.build(inputs, attrs), inputs, ones));
  const second = sumOf(gradients(first, inputs, ones));
  const made = plan({ outputs: [second], target: runtime.open.target, fuse: true, inputs: [...inputs, ones] });
  const executable = await Executable.create(runtime, made);
  for (const [i, t] of inputs.entries()) executable.write(t, Float32Array.from(values[i]!));
  executable.write(ones, new Float32Array(POINTS).fill(1));
  executable.run();
  const [out] = await runtime.readback.read([{ region: executable.region(second), dtype: "f32", length: POINTS }]);
  executable.dispose();
  runtime.throwErrors();
  return Array.from(out!);
}

function secondDifferences(c: OpCase, values: readonly number[][], attrs: object): number[] {
  const at = (h: number) => {
    const moved = values.map((v) => ({ shape: [POINTS], data: Float64Array.from(v, (x) => Math.fround(x) + h) }));
    return c.reference(moved, attrs).data;
  };
  const [below, here, above] = [at(-STEP), at(0), at(STEP)];
  return Array.from(here, (v, i) => (below[i]! - 2 * v + above[i]!) / STEP ** 2);
}

await describeOnDawn("second derivatives", (engine) => {
  const samples = [...SMOOTH, ...KINKED].flatMap((name) => {
    const c = cases.find(([n]) => n === name)![1];
    const tried = c.samples.filter((s) => s.vjp !== false).slice(0, name === "gelu" ? 2 : 1);
    return tried.map((s) => [`${name} ${JSON.stringify(s.attrs ?? {})}`, c, s] as const);
  });
  test.each(samples)("%s", async (_, c, { inputs, attrs = {} }) => {
    const values = inputs.map(spread);
    const actual = await twice(engine.runtime, c, values, attrs);
    const expected = secondDifferences(c, values, attrs);
    const off = actual.map((v, i) => Math.abs(v - expected[i]!) / (1 + Math.abs(expected[i]!)));
    expect(Math.max(...off)).toBeLessThan(1e-3);
  });

  test("an outer product that is large", async () => {
    const { runtime } = engine;
    const [a, b] = ["a", "b"].map((name) => feed(name, { shape: [256], dtype: "f32" })) as [Tensor, Tensor];
    const [first] = gradients(sum(square(outer(a, b))), [a]);
    const seconds = gradients(sum(first!), [a, b]) as Tensor[];
    const made = plan({ outputs: seconds, target: runtime.open.target, fuse: true, inputs: [a, b] });
    const executable = await Executable.create(runtime, made);
    const values = Array.from({ length: 256 }, (_, i) => ((i * 37) % 64) / 64);
    for (const t of [a, b]) executable.write(t, Float32Array.from(values));
    executable.run();
    const regions = seconds.map((t) => ({ region: executable.region(t), dtype: "f32", length: 256 }) as const);
    const [byA, byB] = await runtime.readback.read(regions);
    executable.dispose();
    runtime.throwErrors();
    // The gradient for a[i] is 2·a[i]·Σ b².
    const total = (f: (v: number) => number) => values.reduce((n, v) => n + f(v), 0);
    for (const v of byA!) expect(v).toBeCloseTo(2 * total((x) => x * x), 2);
    for (const [j, v] of byB!.entries()) expect(v / (4 * total((x) => x))).toBeCloseTo(values[j]!, 4);
  });
});
