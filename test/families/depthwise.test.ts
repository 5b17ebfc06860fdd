// The weight gradient over so many positions that they are cut into parts: both kinds of device against f64.
import { afterAll, describe, expect, test } from "vitest";
import type { Runtime } from "../../src/gpu/runtime";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { conv2d } from "../../src/ops/conv2d";
import { gradients } from "../../src/optim/gradients";
import { nodeRuntime } from "../device";
import { compute, distance, given, noise } from "./compute";

const { runtime: opened } = await nodeRuntime();

describe.skipIf(!opened)("depthwise convolution", () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());
  const targets = [BASELINE_TARGET, { ...BASELINE_TARGET, cpu: true }];
  test.each(targets)("weight and bias gradients in parts, cpu $cpu", async (target) => {
    const [n, c, size, k] = [3, 2, 33, 5];
    const x = given([n, c, size, size], noise);
    const w = given([c, 1, k, k], (i) => noise(i + 3));
    const b = given([c], noise);
    const seed = given([n, c, size, size], (i) => noise(i + 11));
    const y = conv2d(x[0], w[0], b[0], { groups: c, padding: 2 });
    const [dw, db] = await compute(runtime, target, gradients(y, [w[0], b[0]], seed[0]), [x, w, b, seed]);
    const expected = new Float64Array(c * k * k);
    const expectedBias = new Float64Array(c);
    seed[1].forEach((d, i) => {
      const [ch, oy, ox] = [Math.floor(i / size / size) % c, Math.floor(i / size) % size, i % size];
      expectedBias[ch]! += d;
      for (let tap = 0; tap < k * k; tap++) {
        const [iy, ix] = [oy - 2 + Math.floor(tap / k), ox - 2 + (tap % k)];
        if (iy < 0 || ix < 0 || iy >= size || ix >= size) continue;
        expected[ch * k * k + tap]! += d * x[1][i - oy * size - ox + iy * size + ix]!;
      }
    });
    expect(distance(dw!, expected)).toBeLessThan(1e-5);
    expect(distance(db!, expectedBias)).toBeLessThan(1e-5);
  });
});
