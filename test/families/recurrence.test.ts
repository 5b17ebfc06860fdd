// The kernels over whole sequences and those of a step a launch give the same, on the device as it is and as others are.
import { afterAll, describe, expect, test } from "vitest";
import { uniform } from "../../src/core/random";
import { recurrenceWays } from "../../src/families/recurrence";
import { Executable } from "../../src/gpu/executable";
import type { Runtime } from "../../src/gpu/runtime";
import { data, feed, type Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET, type Target } from "../../src/kernel/target";
import { recurrence } from "../../src/ops/recurrence";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";
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
    inputs: [[3, 3, 15], [15, 5], [3, 5], lengths],
    attrs: { cell: "gruResetFirst", given: ["h0", "lengths"], reverse: true },
  },
  {
    inputs: [
      [2, 5, 21],
      [21, 7],
    ],
    attrs: { cell: "gruResetFirst" },
  },
  {
    inputs: [
      [2, 20, 300],
      [300, 100],
    ],
    attrs: { cell: "gruResetFirst", reverse: true },
    vjp: false,
  },
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

/** Those of kernels for GPUs, at the edges of their tiles: fours, units of a workgroup, rows. */
const edges: Sample<object>[] = [
  {
    inputs: [
      [3, 1, 4],
      [4, 1],
    ],
    attrs: { cell: "lstm" },
  },
  {
    inputs: [
      [5, 3, 48],
      [48, 12],
      [5, 12],
      [5, 12],
    ],
    attrs: { cell: "lstm", given: ["h0", "c0"], batchFirst: true },
  },
  {
    inputs: [
      [2, 33, 99],
      [99, 33],
      [99],
      { shape: [33], dtype: "i32", values: Array.from({ length: 33 }, (_, i) => i % 3) },
    ],
    attrs: { cell: "gru", given: ["bias", "lengths"], reverse: true },
    vjp: false,
  },
  {
    inputs: [
      [2, 130, 256],
      [256, 64],
    ],
    attrs: { cell: "lstm" },
    note: "several rows a workgroup",
    vjp: false,
  },
  {
    inputs: [
      [2, 2, 300],
      [300, 300],
    ],
    attrs: { cell: "tanh", reverse: true },
    note: "more units than a workgroup",
    vjp: false,
  },
];

test("a whole sequence is a way on GPUs only where a workgroup holds what it keeps", () => {
  const lstm = { cell: "lstm", steps: 2, batch: 1, reverse: false, batchFirst: false } as const;
  const names = (hidden: number, grad: boolean) => recurrenceWays({ ...lstm, hidden }, grad, BASELINE_TARGET).names;
  expect([names(4096, false), names(1024, true)]).toEqual([["steps"], ["steps"]]);
  expect(names(1024, false)).toEqual(["steps", "whole"]);
});

test("every kernel fits the limits that all devices grant", () => {
  for (const cell of ["lstm", "gru", "gruResetFirst", "tanh"] as const)
    for (const [steps, batch, hidden] of [
      [3, 1, 1],
      [2, 32, 128],
      [2, 70000, 8],
      [2, 300, 480],
      [2, 64, 1500],
      [2, 9, 4096],
    ])
      for (const way of ["whole", "steps"]) {
        const gates = { lstm: 4, gru: 3, gruResetFirst: 3, tanh: 1 }[cell];
        const x = feed("x", { shape: [steps!, batch!, gates * hidden!], dtype: "f32" });
        const w = feed("w", { shape: [gates * hidden!, hidden!], dtype: "f32" });
        const outputs = gradients(
          recurrence(cell, x, w).hN,
          [x],
          feed("seed", { shape: [batch!, hidden!], dtype: "f32" }),
        );
        const { dispatches } = plan({ outputs, target: preferring(BASELINE_TARGET, way), fuse: true });
        for (const { variant, workgroups } of dispatches) {
          const sizes = [...variant.code.matchAll(/^var<workgroup> \w+: array<(f32|vec[24]f), (\w+)>/gm)].map(
            ([, type, size]) =>
              ({ f32: 4, vec2f: 8, vec4f: 16 })[type as "f32"] *
              Number(new RegExp(`^const ${size} = (\\d+)u`, "m").exec(variant.code)![1]),
          );
          expect(
            sizes.reduce((a, b) => a + b, 0),
            `${variant.key} ${batch} ${hidden}`,
          ).toBeLessThanOrEqual(16384);
          expect(variant.workgroupSize[0]).toBeLessThanOrEqual(256);
          expect(Math.max(...workgroups)).toBeLessThanOrEqual(65535);
        }
        expect(dispatches.some((d) => /^recurrence(_reset_first)?_grad/.test(d.variant.name))).toBe(true);
      }
});

describe.skipIf(!opened)(`recurrences in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());
  const { target } = opened?.open ?? {};
  const ways = target
    ? [
        { way: "steps, subgroup", target },
        { way: "whole, subgroup", target: { ...target, unrolled: true } },
        { way: "steps", target: { ...target, subgroupSize: 0 } },
        { way: "steps", target: { ...target, cpu: false } },
        { way: "whole", target: { ...target, cpu: false } },
      ]
    : [];

  // Too many elements for differences: the kernels for CPUs, held to those above, are the reference.
  const larger = [
    { cell: "lstm", steps: 2, batch: 65, hidden: 200, reverse: true, way: "steps" },
    { cell: "gru", steps: 3, batch: 5, hidden: 33, reverse: true, way: "whole" },
    { cell: "tanh", steps: 3, batch: 37, hidden: 300, reverse: false, way: "whole" },
    { cell: "tanh", steps: 3, batch: 37, hidden: 300, reverse: false, way: "steps" },
  ] as const;
  const held = { cell: "lstm" as const, steps: 3, batch: 3, hidden: 100, reverse: false, way: "whole, held" };
  test.each([...larger, held])(
    "gradients of $cell $steps·$batch·$hidden, $way",
    async ({ cell, steps, batch, hidden, reverse, way }) => {
      const rows = hidden * { lstm: 4, gru: 3, tanh: 1 }[cell];
      const shapes = { x: [steps, batch, rows], w: [rows, hidden], h0: [batch, hidden] };
      const inputs = Object.entries(shapes).map(([name, shape]) => feed(name, { shape, dtype: "f32" }));
      const seed = feed("seed", { shape: [steps, batch, hidden], dtype: "f32" });
      const lengths = data(
        { shape: [batch], dtype: "i32" },
        Int32Array.from({ length: batch }, (_, i) => i % (steps + 1)),
      );
      const [x, w, h0] = inputs as [Tensor, Tensor, Tensor];
      const result = recurrence(cell, x, w, { h0, reverse, ...(hidden === 33 && { lengths }) });
      const outputs = [result.output, ...gradients(result.output, inputs, seed)];
      const values = [...inputs, seed].map((t, i) => uniform(0, i, t.size, -1, 1).map((v) => v / Math.sqrt(hidden)));
      const run = async (target: Target) => {
        const executable = await Executable.create(
          runtime,
          plan({ outputs, inputs: [...inputs, seed], target, fuse: true }),
        );
        [...inputs, seed].forEach((t, i) => void executable.write(t, values[i]!));
        executable.run();
        const results = await executable.read(outputs);
        executable.dispose();
        runtime.throwErrors();
        return results;
      };
      const expected = await run({ ...target!, subgroupSize: 0 });
      const actual = await run(preferring({ ...target!, cpu: false }, way));
      for (const [i, values] of expected.entries()) {
        let [largest, off] = [0, 0];
        values.forEach((v, j) => {
          largest = Math.max(largest, Math.abs(v));
          off = Math.max(off, Math.abs(v - actual[i]![j]!));
        });
        expect(largest).toBeGreaterThan(0);
        expect(off / largest, `output ${i}`).toBeLessThan(2e-5);
      }
    },
  );

  describe.each(ways)("$way, cpu $target.cpu", ({ way, target }) => {
    // What the edges do with the kernels for GPUs, the first two samples need not do again.
    test.each((target.cpu ? samples : [...samples.slice(2), ...edges]).map((s) => [JSON.stringify(s), s] as const))(
      "%s",
      async (_, sample) => {
        expect(await runSample(runtime, recurrenceCase, sample, { target: preferring(target, way) })).toEqual([]);
        runtime.throwErrors();
      },
    );
  });
});
