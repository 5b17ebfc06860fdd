// Products and convolutions with more workgroups along a dimension than WebGPU grants: by every way they fit, and their numbers hold.
import { afterAll, describe, expect, test } from "vitest";
import type { Runtime } from "../../src/gpu/runtime";
import { feed, type Tensor } from "../../src/graph/tensor";
import { type Dispatch, MAX_WORKGROUPS } from "../../src/kernel/kernel";
import { BASELINE_TARGET, type Target } from "../../src/kernel/target";
import { substituteConstants } from "../../src/kernel/variant";
import { type Conv2dOptions, conv2d } from "../../src/ops/conv2d";
import { convTranspose2d } from "../../src/ops/convTranspose2d";
import { matmul } from "../../src/ops/matmul";
import { gradients } from "../../src/optim/gradients";
import { type Plan, plan } from "../../src/schedule/plan";
import { nodeRuntime } from "../device";
import { mostWays, nthWays } from "../ops/runCase";
import { compute, distance, given, noise, runPlan } from "./compute";

const { runtime: opened } = await nodeRuntime();

const KINDS: Readonly<Record<string, Target>> = {
  "a GPU": BASELINE_TARGET,
  "a CPU": { ...BASELINE_TARGET, cpu: true },
  "a CPU with subgroups": { ...BASELINE_TARGET, cpu: true, subgroupSize: 8 },
};

/** Plans by the first, second, … way of each of its ops. */
function plansByAllWays(outputs: readonly Tensor[], inputs: readonly Tensor[], target: Target): Plan[] {
  const { choices } = plan({ outputs, inputs, target, fuse: true });
  return Array.from({ length: mostWays(choices) }, (_, n) =>
    plan({ outputs, inputs, target: { ...target, tuning: nthWays(choices, n) }, fuse: true }),
  );
}

type Graph = readonly [outputs: Tensor[], inputs: Tensor[]];

/** What an op makes of inputs of these shapes, and its gradients. */
function graph(op: (a: Tensor, b: Tensor) => Tensor, a: number[], b: number[]): Graph {
  const inputs = [feed("a", { shape: a, dtype: "f32" }), feed("b", { shape: b, dtype: "f32" })] as const;
  const out = op(...inputs);
  const seed = feed("seed", { shape: out.shape, dtype: "f32" });
  return [
    [out, ...(gradients(out, inputs, seed) as Tensor[])],
    [...inputs, seed],
  ];
}

const product = (a: Tensor, b: Tensor) => matmul(a, b);
const convolution = (options: Conv2dOptions) => (x: Tensor, w: Tensor) => conv2d(x, w, undefined, options);
const transposed = (x: Tensor, w: Tensor) => convTranspose2d(x, w, undefined, { stride: 2 });

const LARGE: readonly (readonly [string, Graph])[] = [
  ["a product of 70,000 matrices", graph(product, [70_000, 4, 4], [70_000, 4, 4])],
  ["one of 70,000 matrices of odd sizes", graph(product, [70_000, 3, 5], [70_000, 5, 3])],
  ["one of 9 M rows", graph(product, [9_000_000, 4], [4, 4])],
  ["one of 9 M columns", graph(product, [4, 4], [4, 9_000_000])],
  ["a transposed convolution of large pictures", graph(transposed, [64, 3, 256, 256], [3, 8, 4, 4])],
  ["a convolution of large pictures", graph(convolution({}), [64, 3, 512, 512], [4, 3, 3, 3])],
  ["one of 70,000 groups", graph(convolution({ groups: 70_000 }), [1, 140_000, 2, 2], [70_000, 2, 1, 1])],
];

test.each(LARGE)("%s is launched as WebGPU grants it, by every way", (_, [outputs, inputs]) => {
  for (const [kind, target] of Object.entries(KINDS)) {
    const all = plansByAllWays(outputs, inputs, target).flatMap((p) => p.dispatches);
    const tooMany = all.filter((d) => d.workgroups.some((n) => n > MAX_WORKGROUPS));
    expect(
      tooMany.map((d) => `${d.variant.key} ${d.workgroups}`),
      kind,
    ).toEqual([]);
  }
});

/** A launch as it would be if there were far too many workgroups: in a row, which is folded, with some to spare. */
function refolded(d: Dispatch): Dispatch {
  if (!d.variant.code.includes("const GROUPS_Z")) return d;
  const [GROUPS_X, GROUPS_Y, GROUPS_Z] = d.workgroups;
  const code = substituteConstants(d.variant.name, d.variant.code, { GROUPS_X, GROUPS_Y, GROUPS_Z });
  const layers = Math.floor((GROUPS_X * GROUPS_Y * GROUPS_Z) / 3) + 1;
  return {
    ...d,
    variant: { ...d.variant, key: `${d.variant.key} refolded ${d.workgroups}`, code },
    workgroups: [4, layers, 1],
  };
}

const SMALL: readonly (readonly [string, Graph])[] = [
  ["a product", graph(product, [3, 12, 8], [3, 8, 20])],
  ["one of odd sizes", graph(product, [3, 13, 5], [3, 5, 35])],
  ["one of long sums", graph(product, [9, 520], [520, 35])],
  ["a convolution", graph(convolution({ groups: 2, stride: 2 }), [2, 6, 9, 7], [10, 3, 3, 3])],
];

describe.skipIf(!opened)("on a device", () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());

  const run = (made: Plan, inputs: readonly Tensor[], outputs: readonly Tensor[]) => {
    const numbers = (t: Tensor) => Float32Array.from({ length: t.size }, (_, i) => noise(i + t.size));
    return runPlan(
      runtime,
      made,
      outputs,
      inputs.map((t) => [t, numbers(t)]),
    );
  };

  const { subgroupSize, offsetAlignment } = runtime?.open.target ?? BASELINE_TARGET;
  const kinds = Object.entries(KINDS).filter(([, t]) => !t.subgroupSize || subgroupSize);
  const cases = SMALL.flatMap(([what, of]) => kinds.map(([kind, target]) => [what, kind, of, target] as const));

  test.each(cases)(
    "%s for %s comes out the same when its launches are folded",
    async (_, __, [outputs, inputs], kind) => {
      const target = { ...kind, offsetAlignment, subgroupSize: kind.subgroupSize && subgroupSize };
      const plans = plansByAllWays(outputs, inputs, target);
      // The usual kernels of a CPU compile quickly.
      const usual = plan({ outputs, inputs, target: { ...target, cpu: true, subgroupSize: 0 }, fuse: true });
      const expected = await run(usual, inputs, outputs);
      const tried = new Set<string>();
      for (const made of plans) {
        const kernels = made.dispatches.map((d) => d.variant.name);
        if (kernels.every((k) => tried.has(k))) continue;
        for (const k of kernels) tried.add(k);
        const dispatches = made.dispatches.map(refolded);
        expect(dispatches.some((d) => d.variant.key.includes("refolded"))).toBe(true);
        const values = await run({ ...made, dispatches }, inputs, outputs);
        for (const [i, v] of values.entries()) expect(distance(v, expected[i]!), `${kernels}: ${i}`).toBeLessThan(1e-5);
      }
    },
  );

  test("a product of 70,000 matrices", async () => {
    const [a, b] = [given([70_000, 2, 2], noise), given([70_000, 2, 2], (i) => noise(i + 7919))];
    const expected = Float64Array.from(a[1], (_, i) => {
      const [first, row, column] = [i - (i % 4), i & 2, i & 1];
      return a[1][first + row]! * b[1][first + column]! + a[1][first + row + 1]! * b[1][first + 2 + column]!;
    });
    const [made] = await compute(runtime, runtime.open.target, [matmul(a[0], b[0])], [a, b]);
    expect(distance(made!, expected)).toBeLessThan(1e-5);
  });
});
