// The command itself, built, as a user runs it.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/io/safetensors";
import { nodeRuntime } from "../device";

const CLI = "dist/cli/main.js";
const folder = mkdtempSync(join(tmpdir(), "wgrad-cli-"));

interface Result {
  code: number | null;
  lines: Record<string, unknown>[];
  err: string;
}

/** Runs `wgrad` with arguments; `onLine` sees each JSON line and may send a signal. */
function wgrad(
  args: string[],
  onLine?: (line: Record<string, unknown>, kill: (s: NodeJS.Signals) => void) => void,
): Promise<Result> {
  const env = { ...process.env, XDG_CACHE_HOME: folder };
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "pipe"], env });
  const lines: Record<string, unknown>[] = [];
  let [rest, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    for (const part of parts.filter((p) => p.startsWith("{"))) {
      const line = JSON.parse(part);
      lines.push(line);
      onLine?.(line, (s) => child.kill(s));
    }
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, lines, err })));
}

const names = (lines: Result["lines"]) => [...new Set(lines.map((l) => l.event))];
const metadata = (path: string) => decodeSafetensors(new Uint8Array(readFileSync(path))).metadata;

test("the command is built", () => {
  expect(existsSync(CLI), "npm run build").toBe(true);
});

const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

const hosts = [
  { on: "chrome", skip: undefined },
  { on: "node", skip: runtime ? undefined : reason },
];

describe.each(hosts)("on $on", ({ on, skip }) => {
  test.skipIf(skip)(`trains, evaluates, saves and resumes${skip ? ` (skipped: ${skip})` : ""}`, async () => {
    const out = join(folder, `${on}.safetensors`);
    const options = ["--batch", "16", "--on", on, "--out", out, "--json"];
    const first = await wgrad(["train", "mnist-cnn", "--steps", "12", ...options]);
    expect(first.err.split("\n").filter((l) => l.startsWith("wgrad:"))).toEqual([]);
    expect(first.code).toBe(0);
    expect(names(first.lines)).toEqual(["adapter", "compile", "step", "eval", "done"]);
    expect(first.lines.filter((l) => l.event === "step").map((l) => l.step)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    expect(first.lines.at(-1)).toMatchObject({ event: "done", model: "mnist-cnn", steps: 12, checkpoint: out });
    expect(metadata(out)).toMatchObject({ model: "mnist-cnn", step: "12" });

    const second = await wgrad(["train", "mnist-cnn", "--steps", "14", "--resume", out, ...options]);
    expect(second.code).toBe(0);
    expect(second.lines.filter((l) => l.event === "step").map((l) => l.step)).toEqual([13, 14]);
    expect(metadata(out).step).toBe("14");
  });
});

test("Ctrl-C saves and ends cleanly", async () => {
  const out = join(folder, "interrupted.safetensors");
  const { code, lines } = await wgrad(
    ["train", "mnist-cnn", "--batch", "16", "--steps", "100000", "--out", out, "--json"],
    (line, kill) => {
      if (line.event === "step" && line.step === 3) kill("SIGINT");
    },
  );
  expect(code).toBe(130);
  expect(lines.at(-1)).toMatchObject({ event: "done", checkpoint: out });
  expect(metadata(out).step).toBe(String(lines.at(-1)!.steps));
  expect(lines.at(-1)!.steps).toBeLessThan(100000);
});

test("mistakes end at once, with exit code 2", async () => {
  for (const [args, message] of [
    [["train", "mnist-cnn", "--lrr", "1"], "unknown flag --lrr"],
    [["train", "gpt"], "no model named gpt"],
    [["train", "mnist-cnn", "--resume", join(folder, "none")], "no such file"],
    [["fly"], "unknown command fly"],
  ] as const) {
    const { code, err } = await wgrad([...args]);
    expect(err).toContain(`wgrad: `);
    expect(err).toContain(message);
    expect(code).toBe(2);
  }
});

test("a file that is no checkpoint is refused, and what was there stays", async () => {
  const [bad, out] = [join(folder, "bad.safetensors"), join(folder, "kept.safetensors")];
  writeFileSync(bad, "not a checkpoint at all");
  writeFileSync(out, "precious");
  const { code, err } = await wgrad(["train", "mnist-cnn", "--steps", "2", "--resume", bad, "--out", out, "--json"]);
  expect(code).toBe(1);
  expect(err).toContain("not a safetensors file");
  expect(readFileSync(out, "utf8")).toBe("precious");
});

test("the doctor finds what training in Chrome needs", async () => {
  const { code, lines } = await wgrad(["doctor", "--json"]);
  expect(code).toBe(0);
  expect(lines[0]).toMatchObject({ canTrain: true });
  expect((lines[0]!.findings as { name: string }[]).map((f) => f.name)).toContain("Chrome adapter");
});

test("tunes in Chrome, keeps what it measured, and does not measure it again", async () => {
  const first = await wgrad(["tune", "mnist-cnn", "--json"]);
  expect(first.code, first.err).toBe(0);
  const measured = first.lines.filter((l) => l.event === "tune");
  expect(measured.length).toBeGreaterThan(5);
  const [[device, table]] = Object.entries(JSON.parse(readFileSync(join(folder, "wgrad/tuning.json"), "utf8"))) as [
    [string, Record<string, string>],
  ];
  expect(device).toContain("|");
  for (const { key, best } of measured) expect(table[key as string]).toBe(best);
  const second = await wgrad(["tune", "mnist-cnn", "--json"]);
  expect(second.lines.filter((l) => l.event === "tune")).toEqual([]);
  expect(second.err).toContain("everything was measured before");
});
