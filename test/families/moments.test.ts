// Normalisation over channels so long that they are cut into parts, which would be slow to hold to central differences.
import { afterAll, describe, expect, test } from "vitest";
import type { Runtime } from "../../src/gpu/runtime";
import { feed } from "../../src/graph/tensor";
import { takePendingUpdates } from "../../src/graph/trace";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { batchNorm } from "../../src/ops/batchNorm";
import { groupNorm } from "../../src/ops/groupNorm";
import { relu } from "../../src/ops/relu";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";
import { nodeRuntime } from "../device";
import { compute, distance, given, noise } from "./compute";

const { runtime: opened } = await nodeRuntime();
const CPU = { ...BASELINE_TARGET, cpu: true };
const EPS = 1e-5;

/** x̂ and the gradients of Σ y · dOut for x, weight and bias in f64; `of` says which statistics an element belongs to. */
function reference(
  x: Float64Array,
  weight: Float64Array,
  dOut: Float64Array,
  of: (i: number) => number,
  channel: (i: number) => number,
) {
  const sums = (value: (i: number) => number, by: (i: number) => number) => {
    const totals = new Map<number, number>();
    for (let i = 0; i < x.length; i++) totals.set(by(i), (totals.get(by(i)) ?? 0) + value(i));
    return totals;
  };
  const n = x.length / sums(() => 1, of).size;
  const mean = sums((i) => x[i]! / n, of);
  const variance = sums((i) => (x[i]! - mean.get(of(i))!) ** 2 / n, of);
  const rstd = (i: number) => 1 / Math.sqrt(variance.get(of(i))! + EPS);
  const normalised = x.map((v, i) => (v - mean.get(of(i))!) * rstd(i));
  const g = (i: number) => dOut[i]! * weight[channel(i)]!;
  const total = sums(g, of);
  const product = sums((i) => g(i) * normalised[i]!, of);
  const dx = x.map((_, i) => rstd(i) * (g(i) - (total.get(of(i))! + normalised[i]! * product.get(of(i))!) / n));
  const list = (totals: Map<number, number>) => Float64Array.from(weight, (_, c) => totals.get(c)!);
  return {
    y: normalised.map((v, i) => v * weight[channel(i)]!),
    dx,
    dWeight: list(sums((i) => dOut[i]! * normalised[i]!, channel)),
    dBias: list(sums((i) => dOut[i]!, channel)),
  };
}

describe.skipIf(!opened).each([BASELINE_TARGET, CPU])("for a device with cpu $cpu", (target) => {
  const runtime = opened as Runtime;
  const shapes = [
    { shape: [3, 2, 31, 33], groups: 0 },
    { shape: [1100, 3], groups: 0 },
    { shape: [1100, 4], groups: 0 },
    { shape: [2100, 16], groups: 0 },
    { shape: [50, 20], groups: 0 },
    { shape: [2, 4, 37, 29], groups: 2 },
    { shape: [1, 2, 96, 400], groups: 1 },
  ];
  test.each(shapes)("$shape in $groups groups", async ({ shape, groups }) => {
    const [n, c, ...rest] = shape as [number, number, ...number[]];
    const inner = rest.reduce((a, b) => a * b, 1);
    // Far from zero, and with an outlier where each channel starts: what a careless variance would not survive.
    const x = given(shape, (i) => (i % inner === 0 && inner > 1 ? 140 : 100) + noise(i));
    const [weight, bias] = [given([c], (i) => 1 + i), given([c], () => 0)];
    const seed = given(shape, (i) => noise(i + 7));
    const [xt, wt, bt] = [x[0], weight[0], bias[0]];
    const runningMean = feed("running mean", { shape: [c], dtype: "f32" });
    const y = groups
      ? groupNorm(xt, groups, { weight: wt, bias: bt })
      : batchNorm(xt, wt, bt, { runningMean, runningVar: runningMean, training: true });
    takePendingUpdates();
    const outputs = [y, ...gradients(y, [xt, wt, bt], seed[0])];
    const [actualY, dx, dWeight, dBias] = await compute(runtime, target, outputs, [x, weight, bias, seed]);
    const channel = (i: number) => Math.floor(i / inner) % c;
    const row = (i: number) => Math.floor(i / inner / (c / groups));
    const [xs, ws, ds] = [x[1], weight[1], seed[1]].map((v) => Float64Array.from(v)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const expected = reference(xs, ws, ds, groups ? row : channel, channel);
    expect(n).toBeGreaterThan(0);
    expect(distance(actualY!, expected.y)).toBeLessThan(1e-4);
    expect(distance(dx!, expected.dx)).toBeLessThan(1e-4);
    expect(distance(dWeight!, expected.dWeight)).toBeLessThan(1e-4);
    expect(distance(dBias!, expected.dBias)).toBeLessThan(1e-4);
  });
  afterAll(() => (target === CPU ? runtime?.destroy() : undefined));
});

test("batch normalisation and ReLU take three launches, their gradients three more", () => {
  const t = (...shape: number[]) => feed("t", { shape, dtype: "f32" });
  const [x, weight, bias, seed] = [t(32, 16, 28, 28), t(16), t(16), t(32, 16, 28, 28)];
  const y = relu(batchNorm(x, weight, bias, { runningMean: t(16), runningVar: t(16), training: true }));
  takePendingUpdates();
  const names = (made: ReturnType<typeof plan>) => made.dispatches.map((d) => d.variant.name);
  const forward = names(plan({ outputs: [y], target: BASELINE_TARGET, fuse: true }));
  expect(forward).toEqual(["moments_tree_by_four", "moments_join", "batch_norm·relu"]);
  const backward = plan({
    outputs: [y, ...gradients(y, [x, weight, bias], seed)],
    target: BASELINE_TARGET,
    fuse: true,
  });
  // The gradient of ReLU comes out beside its result, as nothing stands between the two here.
  expect(names(backward).slice(3)).toEqual(["norm_grad_sums_tree_by_four", "norm_grad_join", "batch_norm_grad"]);
});
