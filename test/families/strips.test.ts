// Many pictures are gone through in strips several rows high, few in rows: both give the same.
import { afterAll, describe, expect, test } from "vitest";
import type { Runtime } from "../../src/gpu/runtime";
import type { Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { conv2d } from "../../src/ops/conv2d";
import { upsample2d } from "../../src/ops/upsample2d";
import { gradients } from "../../src/optim/gradients";
import { nodeRuntime } from "../device";
import { compute, given, noise } from "./compute";

const { runtime: opened } = await nodeRuntime();

const [CHANNELS, HEIGHT, WIDTH] = [8, 18, 16];
const ops: [string, (x: Tensor, w: Tensor) => Tensor][] = [
  ["upsample2d", (x) => upsample2d(x, { scale: 2, mode: "bilinear" })],
  ["conv2d, depthwise", (x, w) => conv2d(x, w, undefined, { groups: x.shape[1]!, padding: 1 })],
];

describe.skipIf(!opened)("strips", () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());
  const cases = [true, false].flatMap((cpu) => ops.map(([name, op]) => [name, cpu, op] as const));
  test.each(cases)("of %s, cpu %s", async (_, cpu, op) => {
    /** The last two pictures of the result and of the gradient, of this many channels that end alike. */
    const lastTwo = async (batch: number, channels: number) => {
      const ending = (size: number, wholeSize: number) => (i: number) => noise(wholeSize - size + i);
      const x = given([batch, channels, HEIGHT, WIDTH], ending(batch * channels * HEIGHT * WIDTH, 2 ** 21));
      const w = given([channels, 1, 3, 3], ending(channels * 9, CHANNELS * 9));
      const y = op(x[0], w[0]);
      const seed = given(y.shape, ending(y.size, 2 ** 23));
      const outputs = [y, ...gradients(y, [x[0]], seed[0])];
      const inputs = y.source!.inputs.includes(w[0]) ? [x, w, seed] : [x, seed];
      const made = await compute(runtime, { ...BASELINE_TARGET, cpu }, outputs, inputs);
      return made.map((all, n) => [...all.slice((-2 * outputs[n]!.size) / (batch * channels))]);
    };
    const [many, few] = [await lastTwo(cpu ? 64 : 512, CHANNELS), await lastTwo(1, 2)];
    many.forEach((made, n) => {
      const off = Math.max(...made.map((v, i) => Math.abs(v - few[n]![i]!)));
      expect(made).toHaveLength(few[n]!.length);
      expect(off).toBeLessThan(1e-5);
    });
  });
});
