// The benchmark of kernels runs: each of its ops, in a small size, gives as many numbers as it should. Nothing is timed here.
import "./quickDriver";
import { describe, expect, test } from "vitest";
import { BASELINE_TARGET } from "../src/kernel/target";
import { CASES, inputsOf, type KernelCase, LARGE_CASES } from "./bench/kernels/cases";
import type { KernelEngine } from "./bench/kernels/engine";
import { create as createRaw } from "./bench/kernels/raw";
import { create } from "./bench/kernels/wgrad";
import { nodeRuntime } from "./device";

const SMALL: Record<Exclude<KernelCase["op"], "copy">, Pick<KernelCase, "inputs" | "out">> = {
  matmul: {
    inputs: [
      [2, 3],
      [3, 4],
    ],
    out: [2, 4],
  },
  conv2d: {
    inputs: [
      [1, 2, 4, 4],
      [3, 2, 3, 3],
    ],
    out: [1, 3, 4, 4],
  },
  convGradInput: {
    inputs: [
      [1, 3, 4, 4],
      [3, 2, 3, 3],
    ],
    out: [1, 2, 4, 4],
  },
  convGradWeight: {
    inputs: [
      [1, 2, 4, 4],
      [1, 3, 4, 4],
    ],
    out: [3, 2, 3, 3],
  },
  softmax: { inputs: [[2, 4]], out: [2, 4] },
  layerNorm: { inputs: [[2, 512], [512], [512]], out: [2, 512] },
  attention: { inputs: [[1, 4, 192]], out: [1, 4, 64] },
  pointwise: { inputs: [[8]], out: [8] },
  sum: { inputs: [[8]], out: [1] },
  adam: { inputs: [[8]], out: [0] },
  embeddingGrad: { inputs: [[6, 4], [6]], out: [5, 4] },
};

const small = (op: keyof typeof SMALL): KernelCase => ({ name: op, op, ...SMALL[op], work: 1, unit: "GB/s" });

test("every op of the benchmark is among them", () => {
  const ops = new Set([...CASES, ...LARGE_CASES].map((c) => c.op));
  ops.delete("copy");
  expect([...ops].sort()).toEqual(Object.keys(SMALL).sort());
});

const { runtime, reason } = await nodeRuntime();

describe.skipIf(!runtime)(`kernels of the benchmark in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  let engine: KernelEngine;
  test.each(Object.keys(SMALL) as (keyof typeof SMALL)[])("%s", async (op) => {
    engine ??= await create("");
    const c = small(op);
    const ready = (await engine.prepare(c, inputsOf(c), 2))!;
    for (let i = 0; i < 3; i++) await ready.run();
    await ready.fence();
    const numbers = await ready.out();
    expect(numbers.length).toBe(c.out.reduce((a, b) => a * b, 1));
    expect(Array.from(numbers).every(Number.isFinite)).toBe(true);
  });

  test("copies larger than what the device binds are refused, not timed", async () => {
    const limits = { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: BASELINE_TARGET.maxBindingBytes };
    const adapter = { limits, requestDevice: async () => runtime!.device };
    const raw = await createRaw({ requestAdapter: async () => adapter } as unknown as GPU);
    const c: KernelCase = { name: "copy", op: "copy", inputs: [[2 ** 26]], out: [2 ** 26], work: 1, unit: "GB/s" };
    await expect(raw.prepare(c, [], 2)).rejects.toThrow(/a copy of 268435456 bytes: this device binds 134217728/);
  });
});
