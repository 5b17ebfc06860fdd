// Gradients of layer and RMS normalisation over many rows, which would be slow to hold to central differences, and what fuses with them.
import { afterAll, expect, test } from "vitest";
import type { Runtime } from "../../src/gpu/runtime";
import { feed, type Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { add } from "../../src/ops/add";
import { layerNorm } from "../../src/ops/layerNorm";
import { mean } from "../../src/ops/mean";
import { mul } from "../../src/ops/mul";
import { rmsNorm } from "../../src/ops/rmsNorm";
import { rsqrt } from "../../src/ops/rsqrt";
import { square } from "../../src/ops/square";
import { sub } from "../../src/ops/sub";
import { sum } from "../../src/ops/sum";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";
import { nodeRuntime } from "../device";
import { compute, distance, given, noise } from "./compute";

const { runtime: opened } = await nodeRuntime();
const SUBGROUPS = { ...BASELINE_TARGET, cpu: true, subgroupSize: 8 };

/** The same by reductions and pointwise ops. */
function composed(x: Tensor, weight: Tensor, bias: Tensor, centred: boolean): Tensor {
  const about = centred ? sub(x, mean(x, 1, { keepDims: true })) : x;
  return add(mul(mul(about, rsqrt(add(mean(square(about), 1, { keepDims: true }), 1e-5))), weight), bias);
}

/** Gradients of Σ (y · dOut + x · residual): that for x is finished by adding the residual. */
const gradientsOf = (y: Tensor, [x, weight, bias, dOut, residual]: readonly Tensor[]) =>
  gradients(add(sum(mul(y, dOut!)), sum(mul(x!, residual!))), [x!, weight!, bias!]);

test("where rows go to subgroups one launch makes three gradients and adds the residual's", () => {
  for (const [n, kernel] of [
    [64, "layer_norm_grad_held"],
    [68, "layer_norm_grad_subgroup"],
  ] as const) {
    const inputs = [[131, n], [n], [n], [131, n], [131, n]].map((shape, i) => feed(`in${i}`, { shape, dtype: "f32" }));
    const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor];
    const outputs = gradientsOf(layerNorm(x, n, { weight, bias }), inputs);
    const names = plan({ outputs, target: SUBGROUPS, fuse: true }).dispatches.map((d) => d.variant.name);
    expect(names.filter((name) => name.startsWith("layer_norm_grad"))).toEqual([
      expect.stringMatching(`^${kernel}\\+`),
      "layer_norm_grad_join",
    ]);
  }
});

test("nothing is hung on the gradient for x that reads another of the kernel's results", () => {
  const inputs = [[131, 64], [64], [64], [131, 64]].map((shape, i) => feed(`in${i}`, { shape, dtype: "f32" }));
  const [x, weight, bias, dOut] = inputs as [Tensor, Tensor, Tensor, Tensor];
  const [dx, dWeight, dBias] = gradients(sum(mul(layerNorm(x, 64, { weight, bias }), dOut)), [x, weight, bias]);
  const names = plan({ outputs: [add(dx!, dWeight!), dBias!], target: SUBGROUPS, fuse: true }).dispatches;
  expect(names.slice(-3).map((d) => d.variant.name)).toEqual(["layer_norm_grad_held", "layer_norm_grad_join", "add"]);
});

test.skipIf(!opened)("an element far from all others takes no digits from the rest, wherever it lies", async () => {
  const n = 4096;
  const runtime = opened as Runtime;
  const own = runtime.open.target;
  const x = given([3, n], (i) => (i === 0 || i === n + n / 2 || i === 3 * n - 1 ? 1e4 : noise(i)));
  const rows = [0, 1, 2].map((r) => Float64Array.from(x[1].subarray(r * n, r * n + n)));
  const expected = rows.flatMap((row) => {
    const centre = row.reduce((sum, v) => sum + v, 0) / n;
    const variance = row.reduce((sum, v) => sum + (v - centre) ** 2, 0) / n;
    return [...row].map((v) => (v - centre) / Math.sqrt(variance + 1e-5));
  });
  for (const target of [BASELINE_TARGET, own]) {
    const [y] = await compute(runtime, target, [layerNorm(x[0])], [x]);
    const off = expected.map((v, i) => Math.abs(v - y![i]!) / Math.max(1e-3, Math.abs(v)));
    expect(Math.max(...off)).toBeLessThan(2e-5);
  }
});

test.skipIf(!opened)("the gradients over many rows are those of the composition", async () => {
  const runtime = opened as Runtime;
  const { target: own } = runtime.open;
  for (const n of [64, 68, 512])
    for (const centred of [true, false])
      for (const target of [own, { ...own, cpu: !own.cpu }]) {
        const inputs = [[131, n], [n], [n], [131, n], [131, n]].map((shape, k) =>
          given(shape, (i) => noise(i + 7919 * k) + (k === 0 ? 0.5 : 0)),
        );
        const tensors = inputs.map(([t]) => t);
        const [x, weight, bias] = tensors as [Tensor, Tensor, Tensor];
        const y = centred ? layerNorm(x, n, { weight, bias }) : add(rmsNorm(x, n, { weight }), bias);
        const made = await compute(runtime, target, gradientsOf(y, tensors), inputs);
        const expected = await compute(
          runtime,
          target,
          gradientsOf(composed(x, weight, bias, centred), tensors),
          inputs,
        );
        made.forEach((values, i) => {
          expect(distance(values, expected[i]!)).toBeLessThan(1e-5);
        });
      }
});

afterAll(() => opened?.destroy());
