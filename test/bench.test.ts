// Every op is measured: it has an entry in bench/ops, and what that asks for can be planned. Nothing is timed here.
import { expect, test } from "vitest";
import { trace } from "../src/graph/trace";
import { BASELINE_TARGET } from "../src/kernel/target";
import { plan } from "../src/schedule/plan";
import { CASES, inputsOf, type KernelOp } from "./bench/kernels/cases";
import { NETWORKS } from "./bench/nets/networks";
import { allLines, benchedOps, planOf } from "./bench/ops/lines";
import { enginesFor } from "./bench/tasks";

test("every op has an entry in the benchmark, and every entry an op", () => {
  const ops = Object.keys(import.meta.glob("../src/ops/*.ts")).map((path) =>
    path.split("/").at(-1)!.replace(".ts", ""),
  );
  expect([...benchedOps].sort()).toEqual(ops.sort());
});

const lines = allLines();

test("every line is told from all others", () => {
  expect(new Set(lines.map((l) => l.id)).size).toBe(lines.length);
});

test.each(lines.map((l) => [l.id, l] as const))("%s can be planned", (_, line) => {
  for (const cpu of [false, true]) expect(planOf(line, { ...BASELINE_TARGET, cpu }).outputs.length).toBeGreaterThan(0);
});

test("every kernel of a training step is measured beside those of the peers, on indices that are there", () => {
  const products: KernelOp[] = ["matmul", "conv2d", "convGradInput", "convGradWeight"];
  const others: KernelOp[] = ["softmax", "layerNorm", "pointwise", "sum", "adam", "embeddingGrad"];
  expect([...new Set(CASES.map((c) => c.op))].sort()).toEqual([...products, ...others, "copy"].sort());
  const gradient = CASES.find((c) => c.op === "embeddingGrad")!;
  const [dOut, words] = inputsOf(gradient);
  expect(dOut!.data).toBeInstanceOf(Float32Array);
  expect(words!.data).toBeInstanceOf(Int32Array);
  expect(words!.data.every((w) => w >= 0 && w < gradient.out[0]!)).toBe(true);
});

test("training steps are measured in every manner of this engine, kernels by engines, and by this one's fastest ways", () => {
  expect(enginesFor(true)).toEqual(["wgrad", "tfjs", "jax", "wgrad-tuned"]);
  expect(enginesFor(false)).toEqual(["wgrad", "tfjs", "jax", "wgrad-unfused", "wgrad-tuned", "wgrad-f16"]);
});

test.each(Object.keys(NETWORKS))("the step of %s can be planned", (name) => {
  const { optimizer, loss } = NETWORKS[name]!(1);
  const { result, updates } = trace(() => {
    const value = loss();
    optimizer.step(value);
    return value;
  });
  for (const cpu of [false, true]) {
    const target = { ...BASELINE_TARGET, cpu };
    const [joined, single] = [true, false].map((fuse) => plan({ outputs: [result], updates, target, fuse }));
    expect(joined!.dispatches.length).toBeLessThan(single!.dispatches.length);
  }
});
