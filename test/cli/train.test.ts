// The command itself, built, as a user runs it.
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeRuntime } from "../device";
import { checkpointAt, type Result, wgrad as run } from "./command";

const folder = mkdtempSync(join(tmpdir(), "wgrad-cli-"));

/** Runs `wgrad` with arguments. */
const wgrad = (...args: string[]) => run(args, folder);

const names = (lines: Result["lines"]) => [...new Set(lines.map((l) => l.event))];
const metadata = (path: string) => checkpointAt(path).metadata;

test("the command is built", () => {
  expect(existsSync("dist/cli/main.js"), "npm run build").toBe(true);
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
    const first = await wgrad("train", "mnist-cnn", "--steps", "12", ...options);
    expect(first.err.split("\n").filter((l) => l.startsWith("wgrad:"))).toEqual([]);
    expect(first.code).toBe(0);
    expect(names(first.lines)).toEqual(["adapter", "compile", "step", "eval", "done"]);
    expect(first.lines.filter((l) => l.event === "step").map((l) => l.step)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    expect(first.lines.at(-1)).toMatchObject({ event: "done", model: "mnist-cnn", steps: 12, checkpoint: out });
    expect(metadata(out)).toMatchObject({ model: "mnist-cnn", step: "12" });

    expect(metadata(out).steps).toBe("12");
    const second = await wgrad("train", "mnist-cnn", "--steps", "14", "--resume", out, ...options);
    expect(second.code).toBe(0);
    expect(second.lines.filter((l) => l.event === "step").map((l) => l.step)).toEqual([13, 14]);
    expect(metadata(out)).toMatchObject({ step: "14", steps: "14" });
  });
});

test("mistakes end at once, with exit code 2", async () => {
  for (const [args, message] of [
    [["train", "mnist-cnn", "--lrr", "1"], "unknown flag --lrr"],
    [["train", "gpt"], "no model named gpt"],
    [["train", "mnist-cnn", "--resume", join(folder, "none")], "no such file"],
    [["train", "mnist-cnn", "--out", folder], "--out"],
    [["fly"], "unknown command fly"],
  ] as const) {
    const { code, err } = await wgrad(...args);
    expect(err).toContain(`wgrad: `);
    expect(err).toContain(message);
    expect(code).toBe(2);
  }
});

test("a file that is no checkpoint is refused, and what was there stays", async () => {
  const [bad, out] = [join(folder, "bad.safetensors"), join(folder, "kept.safetensors")];
  writeFileSync(bad, "not a checkpoint at all");
  writeFileSync(out, "precious");
  const { code, err } = await wgrad("train", "mnist-cnn", "--steps", "2", "--resume", bad, "--out", out, "--json");
  expect(code).toBe(1);
  expect(err).toContain("not a safetensors file");
  expect(readFileSync(out, "utf8")).toBe("precious");
});

test("the doctor finds what training in Chrome needs", async () => {
  const { code, lines } = await wgrad("doctor", "--json");
  expect(code).toBe(0);
  expect(lines[0]).toMatchObject({ canTrain: true });
  expect((lines[0]!.findings as { name: string }[]).map((f) => f.name)).toContain("Chrome adapter");
});

test("tunes in Chrome, keeps what it measured, and does not measure it again", async () => {
  const first = await wgrad("tune", "mnist-cnn", "--json");
  expect(first.code, first.err).toBe(0);
  const measured = first.lines.filter((l) => l.event === "tune");
  expect(measured.length).toBeGreaterThan(5);
  const [[device, table]] = Object.entries(JSON.parse(readFileSync(join(folder, "wgrad/tuning.json"), "utf8"))) as [
    [string, Record<string, string>],
  ];
  expect(device).toContain("|");
  for (const { key, best } of measured) expect(table[key as string]).toBe(best);
  const second = await wgrad("tune", "mnist-cnn", "--json");
  expect(second.lines.filter((l) => l.event === "tune")).toEqual([]);
  expect(second.err).toContain("everything was measured before");
});
