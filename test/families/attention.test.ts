// The fused kernels against products and a softmax, on shapes that nobody chose.
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type TileWay, tileWays } from "../../src/families/attentionTiles";
import type { Runtime } from "../../src/gpu/runtime";
import { data, type Tensor } from "../../src/graph/tensor";
import { takePendingUpdates } from "../../src/graph/trace";
import { BASELINE_TARGET, type Target } from "../../src/kernel/target";
import {
  type AttentionOptions,
  attentionByParts,
  scaledDotProductAttention,
} from "../../src/ops/scaledDotProductAttention";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";
import { nodeRuntime } from "../device";
import { compute, distance, given, noise } from "./compute";

const { runtime: opened } = await nodeRuntime();
const { target: own = BASELINE_TARGET } = opened?.open ?? {};

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  heads: fc.integer({ min: 1, max: 2 }),
  rows: fc.integer({ min: 1, max: 45 }),
  keys: fc.integer({ min: 1, max: 45 }),
  quads: fc.integer({ min: 1, max: 8 }),
  causal: fc.boolean(),
  dropout: fc.constantFrom(0, 0, 0.3),
  padded: fc.boolean(),
});

interface Shape {
  readonly batch: number;
  readonly heads: number;
  readonly rows: number;
  readonly keys: number;
  readonly size: number;
  readonly causal: boolean;
  readonly dropout: number;
  readonly padded: boolean;
}

/** Holds result and gradients of the fused kernels against those of their parts. */
async function check(
  runtime: Runtime,
  target: Target,
  { batch, heads, rows, keys, size, causal, dropout, padded }: Shape,
): Promise<void> {
  const operand = (n: number, from: number) => given([batch, heads, n, size], (i) => 2 * noise(i + from));
  const [q, k, v, dOut] = [operand(rows, 0), operand(keys, 1e5), operand(keys, 2e5), operand(rows, 3e5)];
  const random = data({ shape: [2], dtype: "u32" }, Uint32Array.of(7, 2));
  const lengths = data(
    { shape: [batch], dtype: "i32" },
    Int32Array.from({ length: batch }, (_, i) => keys - i),
  );
  const options: AttentionOptions = {
    causal,
    dropout,
    generator: { state: random },
    lengths: padded ? lengths : undefined,
  };
  const run = async (attend: typeof scaledDotProductAttention) => {
    takePendingUpdates(); // Streams are numbered from 0 in each recording.
    const out = attend(q[0], k[0], v[0], options);
    takePendingUpdates();
    const grads = gradients(out, [q[0], k[0], v[0]], dOut[0]);
    return compute(runtime, target, [out, ...(grads as Tensor[])], [q, k, v, dOut]);
  };
  const fused = await run(scaledDotProductAttention);
  const parts = await run(attentionByParts);
  for (const [i, values] of fused.entries()) expect(distance(values, parts[i]!)).toBeLessThan(2e-5);
}

describe.skipIf(!opened).each([own, { ...own, cpu: !own.cpu }])("for a device with cpu $cpu", (target) => {
  const runtime = opened as Runtime;
  test("attention is what its parts make", { timeout: 240_000 }, async () => {
    const property = fc.asyncProperty(shapes, ({ quads, ...shape }) =>
      check(runtime, target, { ...shape, size: 4 * quads }),
    );
    // The kernels for GPUs compile for seconds here; the ops' own samples run by them as well.
    await fc.assert(property, { numRuns: target.cpu ? 4 : 2, seed: 11 });
  });

  test.each([8, 6])("dropout, heads of %i, rows of weights that begin at odd places", { timeout: 120_000 }, (size) =>
    check(runtime, target, {
      ...{ batch: 1, heads: 2, rows: 11, keys: 37, size },
      ...{ causal: false, dropout: 0.3, padded: false },
    }),
  );
});

// Tiles that are taken where there are many workgroups, on a few: several of rows and of keys, and what is left over of both.
describe.skipIf(!opened)("on GPUs, several tiles", () => {
  const usual = { batch: 1, heads: 2, rows: 70, keys: 100, causal: true, dropout: 0, padded: false };
  test.each<[TileWay, TileWay, Partial<Shape> & { size: number }]>([
    ["tile 32", "tile 32", { size: 128, causal: false, padded: true, batch: 2, heads: 1 }],
    ["tile 64", "tile 64, 8 rows each", { size: 32, dropout: 0.3 }],
    ["tile 64, 8 rows each", "tile 64", { size: 32, rows: 130, keys: 130, heads: 1 }],
  ])("%s, gradient %s, %o", { timeout: 180_000 }, async (way, gradWay, some) => {
    const shape = { ...usual, ...some };
    const key = (name: string) => tileWays(name, shape, shape.rows).key;
    const tuning = { [key("attention")]: way, [key("attention_grad")]: gradWay };
    await check(opened as Runtime, { ...own, cpu: false, tuning }, shape);
  });
});

test("the gradient keeps the scores of as many heads as its share of memory holds", () => {
  const target = { ...BASELINE_TARGET, cpu: true, subgroupSize: 8 };
  const shape = [8, 4, 512, 32];
  const [q, dOut] = [given(shape, noise), given(shape, noise)];
  const grads = gradients(scaledDotProductAttention(q[0], q[0], q[0]), [q[0]], dOut[0]) as Tensor[];
  const { dispatches, bytes } = plan({ outputs: grads, target, fuse: true, inputs: [q[0], dOut[0]] });
  expect(dispatches.filter((d) => d.variant.name === "attention_grad_key_subgroup")).toHaveLength(2);
  expect(bytes.slots).toBeLessThan(2 ** 26);
});

afterAll(() => opened?.destroy());
