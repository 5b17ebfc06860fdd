// `wgrad train translate`, built, as a user runs it.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeRuntime } from "../device";
import { checkpointAt, wgrad } from "./command";

const folder = mkdtempSync(join(tmpdir(), "wgrad-cli-translate-"));
const TINY = "--width 16 --layers 1 --heads 2 --batch 8 --pairs 64 --steps 4 --json".split(" ");

const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

test.skipIf(reason)(
  `trains the network and the task that are asked for${reason ? ` (skipped: ${reason})` : ""}`,
  async () => {
    const out = join(folder, "a.safetensors");
    const flags = ["--on", "node", "--task", "numbers", "--model", "seq2seq", "--out", out];
    const { code, lines, err } = await wgrad(["train", "translate", ...flags, ...TINY], folder);
    expect(err.split("\n").filter((l) => l.startsWith("wgrad:"))).toEqual([]);
    expect(code).toBe(0);
    expect([...new Set(lines.map((l) => l.event))]).toEqual(["adapter", "compile", "estimate", "step", "eval", "done"]);
    const done = { event: "done", model: "translate", steps: 4, checkpoint: out };
    expect(lines.at(-1)).toMatchObject({ ...done, exactMatch: expect.any(Number), bleu: expect.any(Number) });
    const settings = JSON.parse(checkpointAt(out).metadata.settings!);
    const asked = { task: "numbers", model: "seq2seq", width: 16, layers: 1, heads: 2, pairs: 64 };
    expect(settings).toMatchObject(asked);
  },
);

test("--model is a flag of this one alone, and takes three words", async () => {
  const wrong = await wgrad(["train", "translate", "--model", "gpt"], folder);
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain("--model gpt: takes seq2seq or attention or transformer");
  const foreign = await wgrad(["train", "mnist-cnn", "--model", "seq2seq"], folder);
  expect(foreign.code).toBe(2);
  expect(foreign.err).toContain("--model: mnist-cnn has no such flag");
});
