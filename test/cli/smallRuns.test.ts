// `wgrad train names` and `wgrad train forecast`, built, as a user runs them.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeRuntime } from "../device";
import { checkpointAt, wgrad } from "./command";

const folder = mkdtempSync(join(tmpdir(), "wgrad-cli-"));
const { runtime, reason } = await nodeRuntime();
runtime?.destroy();
const skip = runtime ? undefined : reason;

const train = async (model: string, ...args: string[]) => {
  const out = join(folder, `${model}.safetensors`);
  const { code, lines, err } = await wgrad(["train", model, "--json", "--out", out, ...args], folder);
  expect(err.split("\n").filter((l) => l.startsWith("wgrad:"))).toEqual([]);
  expect(code).toBe(0);
  expect([...new Set(lines.map((l) => l.event))]).toEqual(["adapter", "compile", "step", "eval", "done"]);
  const done = lines.at(-1)!;
  expect(done).toMatchObject({ event: "done", model, checkpoint: out });
  return { done, metadata: checkpointAt(out).metadata };
};

test("names in Chrome: all scores of both networks", async () => {
  const { done, metadata } = await train("names", "--on", "chrome", "--steps", "60", "--hidden", "16", "--lr", "0.02");
  expect(done.steps).toBe(60);
  expect(done.testAccuracy).toBeGreaterThan(0.6);
  expect(done.macroF1).toBeGreaterThan(0.5);
  expect(done.bitsPerCharacter).toBeLessThan(4);
  expect(done.sample).toMatch(/^girls: .+\nboys: .+$/);
  expect(metadata).toMatchObject({ model: "names", step: "60", hidden: "16" });
});

test.skipIf(skip)(`forecast in Node: error and skill${skip ? ` (skipped: ${skip})` : ""}`, async () => {
  const sizes = ["--series", "walk", "--cell", "rnn", "--layers", "3", "--window", "8", "--horizon", "2"];
  const { done, metadata } = await train("forecast", "--on", "node", "--steps", "40", "--hidden", "8", ...sizes);
  expect(done.testRmse).toBeGreaterThan(0.05);
  expect(done.testRmse).toBeLessThan(1);
  expect(done.skill).toBeLessThan(0.1);
  expect(metadata).toMatchObject({ series: "walk", cell: "rnn", layers: "3", window: "8", horizon: "2" });
});
