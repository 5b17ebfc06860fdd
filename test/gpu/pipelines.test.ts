// Pipelines are made once, and let go where a loop makes new ones for ever.
import { afterAll, expect, test } from "vitest";
import { PipelineCache } from "../../src/gpu/pipelines";
import type { Runtime } from "../../src/gpu/runtime";
import { feed } from "../../src/graph/tensor";
import type { Variant } from "../../src/kernel/kernel";
import { cos } from "../../src/ops/cos";
import { relu } from "../../src/ops/relu";
import { sin } from "../../src/ops/sin";
import { plan } from "../../src/schedule/plan";
import { nodeRuntime } from "../device";

const { runtime: opened } = await nodeRuntime();

test.skipIf(!opened)("those wanted the longest ago are let go, and made again where they are wanted", async () => {
  const { device, waiter, open } = opened as Runtime;
  const x = feed("x", { shape: [8], dtype: "f32" });
  const kernelOf = (op: typeof sin): Variant =>
    plan({ outputs: [op(x)], target: open.target, fuse: true }).dispatches[0]!.variant;
  const [a, b, c] = [sin, cos, relu].map(kernelOf) as [Variant, Variant, Variant];
  const cache = new PipelineCache(device, waiter, open.target, 2);
  const made = async (...variants: Variant[]) => {
    await cache.compile(variants);
    return cache.size;
  };
  expect(await made(a, b)).toBe(2);
  expect(await made(a)).toBe(2);
  expect(await made(c)).toBe(3); // b was wanted the longest ago
  expect(await made(a, c)).toBe(3);
  expect(await made(b)).toBe(4);
  const all = await cache.compile([a, b, c]); // more than are kept
  expect([...all.keys()]).toEqual([a.key, b.key, c.key]);
});

afterAll(() => opened?.destroy());
