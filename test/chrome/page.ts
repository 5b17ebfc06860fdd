// Runs op cases in the browser; test/ops.chrome.test.ts asks for them one by one.
import { Runtime } from "../../src/gpu/runtime";
import { cases } from "../ops/cases";
import { runSample } from "../ops/runCase";

declare global {
  /** Resolves with the adapter's name. */
  var openRuntime: () => Promise<string>;
  /** Checks one sample; resolves with what was wrong. */
  var checkSample: (name: string, sample: number) => Promise<string[]>;
}

const runtime = Runtime.create();

globalThis.openRuntime = async () => {
  const { adapter } = await runtime;
  return `${adapter.name}${adapter.software ? " (software)" : ""}`;
};

globalThis.checkSample = async (name, sample) => {
  const opened = await runtime;
  const [, c] = cases.find(([n]) => n === name)!;
  const problems = await runSample(opened, c, c.samples[sample]!);
  return [...problems, ...opened.errors.splice(0).map((e) => e.message)];
};
