// Every op, one test: it finds the case files itself, so a new op needs no line here.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Runtime } from "../src/gpu/runtime";
import { nodeRuntime } from "./device";
import { cases, stem } from "./ops/cases";
import type { Sample } from "./ops/opCase";
import { choicesOf, mostWays, nthWays, runSample, runsInHalves } from "./ops/runCase";

test("every op has a case, and every case an op", () => {
  const ops = Object.keys(import.meta.glob("../src/ops/*.ts")).map(stem);
  expect(cases.map(([name]) => name).sort()).toEqual(ops.sort());
});

test.each(cases)("%s is tested on a size that is no multiple of four", (_, { samples }) => {
  const sizes = samples.flatMap(({ inputs }) =>
    inputs.map((i) => ("shape" in i ? i.shape : i).reduce((n, d) => n * d, 1)),
  );
  expect(sizes.some((s) => s % 4 !== 0)).toBe(true);
});

const modules = import.meta.glob<Record<string, unknown>>("../src/ops/*.ts", { eager: true });
const kindOf = (exported: Record<string, unknown>) =>
  Object.values(exported).flatMap((v) => (typeof v === "object" && v !== null && "kind" in v ? [v.kind] : []))[0];
const sources = import.meta.glob<string>("../src/ops/*.ts", { eager: true, query: "?raw", import: "default" });
/** Whether a file of ops has kernels, though the first op that it exports may be another. */
const hasKernels = (path: string) => /\bkind: "kernel"/.test(sources[path]!);
const named = (is: (kind: unknown) => boolean) =>
  new Set(
    Object.entries(modules).flatMap(([path, exported]) =>
      is(kindOf(exported)) && !hasKernels(path) ? [stem(path)] : [],
    ),
  );

/** Ops that are made of others: what these do on each kind of device, and by each kernel, their own cases tell. */
const isMade = named((kind) => kind === undefined);
/** Those whose function one composed kernel calls: devices differ in how many results an invocation makes. */
const isPointwise = named((kind) => kind === "pointwise");
/** The other kind of device runs all samples of these: some pointwise ones, and those that reach kernels as no other op does. */
const WIDELY_RUN = new Set(
  "add mul where cast relu conv1d embedding gru indexSelect rmsNorm std topK variance".split(" "),
);
/** Tiles for GPUs compile slowly where there is none: test/families has each of these ops' kernels once. */
const HAS_FAMILY_TEST = new Set(["conv2d", "matmul", "recurrence"]);

const { runtime: opened, reason } = await nodeRuntime();

describe.skipIf(!opened)(`ops in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  const runtime = opened as Runtime;
  beforeAll(() => console.log(`adapter: ${runtime.adapter.name}${runtime.adapter.software ? " (software)" : ""}`));
  afterAll(() => runtime.destroy());

  const { target } = opened?.open ?? {};
  const targets = target ? [target, { ...target, cpu: !target.cpu }] : [];
  const hasHalves = runtime?.open.info.features.includes("shader-f16") ?? false;

  // Op by op: the device still has the kernels that an op's tests share.
  describe.each(cases)("%s", (name, c) => {
    const [first] = c.samples as [Sample<object>];
    const hasKernel = !isMade.has(name) && !isPointwise.has(name);

    // Once as this device would be used, once with the kernels for the other kind of device.
    describe.each(targets)("for a device with cpu $cpu", (target) => {
      const samples = hasKernel || WIDELY_RUN.has(name) || target === targets[0] ? c.samples : [first];
      test.each(samples.map((s) => [JSON.stringify(s), s] as const))("%s", async (_, sample) => {
        expect(await runSample(runtime, c, sample, { target })).toEqual([]);
        runtime.throwErrors();
      });

      if (isMade.has(name) || (!target.cpu && HAS_FAMILY_TEST.has(name))) return;
      test("by every kernel, on the sample with the most of them", async () => {
        const choices = c.samples.map((sample) => choicesOf(c, sample, target));
        const ways = choices.map((list) => list.reduce((n, { ways: { names } }) => n + names.length, 0));
        const at = ways.indexOf(Math.max(...ways));
        for (let n = 1; n < mostWays(choices[at]!); n++) {
          const tuning = nthWays(choices[at]!, n);
          const nth = String(Object.entries(tuning));
          expect(await runSample(runtime, c, c.samples[at]!, { target: { ...target, tuning } }), nth).toEqual([]);
          runtime.throwErrors();
        }
      });
    });

    if (runsInHalves(c, first))
      test.skipIf(!hasHalves)("in f16", async () => {
        expect(await runSample(runtime, c, first, { halves: true })).toEqual([]);
        runtime.throwErrors();
      });

    if (hasKernel)
      test("in one launch, where it is small", async () => {
        expect(await runSample(runtime, c, first, { join: true })).toEqual([]);
        runtime.throwErrors();
      });

    test("unfused", async () => {
      expect(await runSample(runtime, c, first, { fuse: false })).toEqual([]);
      runtime.throwErrors();
    });
  });
});
