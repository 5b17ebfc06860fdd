// `wgrad train char-rnn`, built, as a user runs it.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/io/safetensors";
import { nodeRuntime } from "../device";
import { environment } from "./command";

const folder = mkdtempSync(join(tmpdir(), "wgrad-cli-char-rnn-"));
const env = environment(folder);

/** The lines that `wgrad train char-rnn … --json` prints. */
async function train(...args: string[]): Promise<Record<string, unknown>[]> {
  const command = ["dist/cli/main.js", "train", "char-rnn", ...args, "--json"];
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
  test.skipIf(skip)(`trains, writes, saves and resumes${skip ? ` (skipped: ${skip})` : ""}`, async () => {
    const out = join(folder, `${on}.safetensors`);
    const options = ["--on", on, "--out", out];
    const sizes = ["--cell", "gru", "--layers", "2", "--hidden", "16", "--length", "16", "--batch", "4"];
    const first = await train("--steps", "20", ...sizes, ...options);
    expect([...new Set(first.map((l) => l.event))]).toEqual(["adapter", "compile", "step", "eval", "done"]);
    expect(first.filter((l) => l.event === "step").map((l) => l.step)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    const done = first.at(-1)!;
    expect(done).toMatchObject({ event: "done", model: "char-rnn", steps: 20, checkpoint: out });
    expect(done.sample).toHaveLength(256);
    expect(done.bitsPerCharacter).toBeGreaterThan(3);
    expect(done.bitsPerCharacter).toBeLessThan(8);
    const settings = { cell: "gru", layers: "2", hidden: "16", length: "16", batch: "4" };
    expect(decodeSafetensors(new Uint8Array(readFileSync(out))).metadata).toMatchObject({ step: "20", ...settings });

    // What is not said is taken from the checkpoint.
    const second = await train("--steps", "22", "--resume", out, ...options);
    expect(second.filter((l) => l.event === "step").map((l) => l.step)).toEqual([21, 22]);
    const { metadata } = decodeSafetensors(new Uint8Array(readFileSync(out)));
    expect(metadata).toMatchObject({ step: "22", ...settings });
    await expect(train("--steps", "24", "--hidden", "8", "--resume", out, ...options)).rejects.toThrow(
      /made with hidden 16/,
    );
  });
});
