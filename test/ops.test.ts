// Every op, one test: it finds the case files itself, so a new op needs no line here.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Runtime } from "../src/gpu/runtime";
import { nodeRuntime } from "./device";
import type { OpCase } from "./ops/opCase";
import { runSample } from "./ops/runCase";

const modules = import.meta.glob<OpCase>(["./ops/*.ts", "!./ops/{opCase,runCase,reference}.ts"], {
  eager: true,
  import: "default",
});
const stem = (path: string) => path.split("/").at(-1)!.replace(".ts", "");
const cases = Object.entries(modules).map(([path, c]) => [stem(path), c] as const);

test("every op has a case, and every case an op", () => {
  const ops = Object.keys(import.meta.glob("../src/ops/*.ts")).map(stem);
  expect(cases.map(([name]) => name).sort()).toEqual(ops.sort());
});

const { runtime: opened, reason } = await nodeRuntime();

describe.skipIf(!opened)(`ops in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  const runtime = opened as Runtime;
  beforeAll(() => console.log(`adapter: ${runtime.adapter.name}${runtime.adapter.software ? " (software)" : ""}`));
  afterAll(() => runtime.destroy());

  describe.each(cases)("%s", (_, c) => {
    test.each(c.samples.map((s) => [JSON.stringify(s), s] as const))("%s", async (_, sample) => {
      expect(await runSample(runtime, c, sample)).toEqual([]);
      runtime.throwErrors();
    });
  });
});
