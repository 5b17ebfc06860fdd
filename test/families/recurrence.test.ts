// The kernels over whole sequences and those of a step a launch give the same, on the device as it is and as others are.
import { afterAll, describe, expect, test } from "vitest";
import type { Runtime } from "../../src/gpu/runtime";
import type { Target } from "../../src/kernel/target";
import { nodeRuntime } from "../device";
import type { Sample } from "../ops/opCase";
import recurrenceCase from "../ops/recurrence";
import { runSample } from "../ops/runCase";

const { runtime: opened, reason } = await nodeRuntime();

/** A device on which the way was measured as the fastest for whatever knows it. */
const preferring = (target: Target, way: string): Target => ({
  ...target,
  tuning: new Proxy({}, { get: () => way }),
});

const lengths = { shape: [3], dtype: "i32" as const, values: [2, 3, 1] };
const samples: Sample<object>[] = [
  {
    inputs: [[3, 3, 32], [32, 8], [3, 8], [3, 8], lengths],
    attrs: { cell: "lstm", given: ["h0", "c0", "lengths"], reverse: true },
  },
  { inputs: [[3, 3, 15], [15, 5], [15], lengths], attrs: { cell: "gru", given: ["bias", "lengths"] } },
  {
    inputs: [
      [2, 20, 400],
      [400, 100],
    ],
    attrs: { cell: "lstm" },
    vjp: false,
  },
  {
    inputs: [
      [2, 2, 36],
      [36, 36],
      [2, 36],
    ],
    attrs: { cell: "relu", given: ["h0"] },
  },
];

describe.skipIf(!opened)(`recurrences in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());
  const { target } = opened?.open ?? {};
  const ways = target
    ? [
        { way: "steps, subgroup", target },
        { way: "steps", target: { ...target, subgroupSize: 0 } },
        { way: "steps", target: { ...target, cpu: false } },
        { way: "whole", target: { ...target, cpu: false } },
      ]
    : [];

  describe.each(ways)("$way, cpu $target.cpu", ({ way, target }) => {
    test.each(samples.map((s) => [JSON.stringify(s), s] as const))("%s", async (_, sample) => {
      expect(await runSample(runtime, recurrenceCase, sample, { target: preferring(target, way) })).toEqual([]);
      runtime.throwErrors();
    });
  });
});
