// `wgrad train tagger`, built, as a user runs it.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/io/safetensors";
import { nodeRuntime } from "../device";
import { environment } from "./command";

const folder = mkdtempSync(join(tmpdir(), "wgrad-cli-tagger-"));
const env = environment(folder);

/** The lines that `wgrad train tagger … --json` prints. */
async function train(...args: string[]): Promise<Record<string, unknown>[]> {
  const command = ["dist/cli/main.js", "train", "tagger", ...args, "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, command, { env, maxBuffer: 1 << 26 });
  return stdout
    .trimEnd()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

const hosts = [
  { on: "chrome", skip: undefined },
  { on: "node", skip: runtime ? undefined : reason },
];

describe.each(hosts)("on $on", ({ on, skip }) => {
  test.skipIf(skip)(`trains, judges, saves${skip ? ` (skipped: ${skip})` : ""}`, async () => {
    const out = join(folder, `${on}.safetensors`);
    const sizes = ["--width", "8", "--hidden", "8", "--batch", "256", "--lr", "0.02"];
    const lines = await train("--steps", "30", ...sizes, "--on", on, "--out", out);
    expect([...new Set(lines.map((l) => l.event))]).toEqual(["adapter", "compile", "step", "eval", "done"]);
    expect(lines.filter((l) => l.event === "step")).toHaveLength(30);
    const done = lines.at(-1) as Record<string, number> & { confusion: number[][] };
    expect(done).toMatchObject({ event: "done", model: "tagger", steps: 30, checkpoint: out });
    expect(done.testAccuracy).toBeGreaterThan(0.3);
    expect(done.macroF1).toBeGreaterThan(0.1);
    expect(done.macroF1).toBeLessThan(done.testAccuracy!);
    // Without a network, and a network that has hardly learnt: both on all test words.
    expect(done.baselineAccuracy).toBeCloseTo(0.94, 1);
    expect(done.unknownAccuracy).toBeGreaterThan(0);
    expect(done.confusion.flat().reduce((a, b) => a + b, 0)).toBeGreaterThan(50_000);
    const { metadata } = decodeSafetensors(new Uint8Array(readFileSync(out)));
    expect(metadata).toMatchObject({ model: "tagger", step: "30", width: "8", hidden: "8", layers: "1", batch: "256" });
  });
});
