// What is kept of a run that ends badly: the command, built, and the period on which it saves.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { findBrowser } from "../../src/cli/browser";
import type { Run } from "../../src/cli/experiments";
import { trainSaving } from "../../src/cli/saving";
import type { TrainEvent } from "../../src/train/events";
import { nodeRuntime } from "../device";
import { checkpointAt, wgrad } from "./command";

const folder = mkdtempSync(join(tmpdir(), "wgrad-keeping-"));
const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

const SMALL = "--series walk --cell rnn --layers 1 --hidden 4 --window 8 --json".split(" ");
type More = [onLine?: Parameters<typeof wgrad>[2], browser?: string];
const forecast = (args: string, ...more: More) =>
  wgrad(["train", "forecast", ...SMALL, ...args.split(" ")], folder, ...more);

/** Calls back once there is a file at the path. */
function onFile(path: string, found: () => void): void {
  const timer = setInterval(() => {
    if (!existsSync(path)) return;
    clearInterval(timer);
    found();
  }, 5);
}

test("a browser that is killed leaves a checkpoint, and the command says how to go on", async () => {
  const [out, pid, browser] = [join(folder, "killed.safetensors"), join(folder, "pid"), join(folder, "browser")];
  const { path } = await findBrowser({ fetch: false });
  writeFileSync(browser, `#!/bin/sh\necho $$ > '${pid}'\nexec '${path}' "$@"\n`, { mode: 0o755 });
  onFile(out, () => process.kill(Number(readFileSync(pid, "utf8")), "SIGKILL"));
  const { code, err } = await forecast(`--steps 100000 --save-every 0.2 --out ${out}`, undefined, browser);
  expect(code).toBe(1);
  const { step, steps } = checkpointAt(out).metadata;
  expect(Number(step)).toBeGreaterThan(0);
  expect(steps).toBe("100000");
  expect(err).toContain("the browser ended unexpectedly");
  expect(err).toContain(`kept: ${out}, step ${step}\n  to go on: the same command with --resume ${out}`);
});

describe.skipIf(reason)(`in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  test("a process that is killed leaves a checkpoint", async () => {
    const out = join(folder, "node.safetensors");
    const { code } = await forecast(`--on node --steps 100000 --save-every 0.1 --out ${out}`, (_, command) => {
      if (existsSync(out)) command.kill("SIGKILL");
    });
    expect(code).toBeNull();
    expect(Number(checkpointAt(out).metadata.step)).toBeGreaterThan(0);
  });

  test("a checkpoint that its place refuses goes elsewhere, and the command fails", async () => {
    const out = join(folder, "taken.safetensors");
    const { code, err, lines } = await forecast(`--on node --steps 300 --save-every 0.02 --out ${out}`, ({ event }) => {
      if (event === "adapter") mkdirSync(out);
    });
    expect(code).toBe(1);
    expect(err).toMatch(/^--out .*taken.safetensors: .*; training goes on$/m);
    const { checkpoint } = lines.at(-1) as { checkpoint: string };
    expect(err).toContain(`--out ${out}: `);
    expect(err).toContain(`the checkpoint is at ${checkpoint}`);
    expect(checkpointAt(checkpoint).metadata).toMatchObject({ model: "forecast", step: "300" });
    rmSync(checkpoint);
  });

  test("resumed at its end, a run says so; more steps go on", async () => {
    const out = join(folder, "ended.safetensors");
    const resume = `--on node --out ${out} --resume ${out}`;
    const first = await forecast(`--on node --out ${out} --steps 6`);
    expect(first.err).not.toContain("its end");
    const again = await forecast(resume);
    expect(again.code).toBe(0);
    expect(again.err).toContain("trained to its end, 6 steps; a higher --steps goes on\n");
    expect(again.err).toContain("no step was taken: nothing is written\n");
    expect(again.lines.at(-1)).toMatchObject({ event: "done", steps: 6 });
    const more = await forecast(`${resume} --steps 7`);
    expect(more.code).toBe(0);
    expect(more.err).not.toContain("its end");
    expect(checkpointAt(out).metadata).toMatchObject({ step: "7", steps: "7" });
  });
});

/** A run whose steps take 10 ms and whose checkpoints take as long as they are told to, in a time of its own. */
function standIn(steps: number, cost: number) {
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
  let step = 0;
  const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  return {
    async train(on: (e: TrainEvent) => void) {
      while (step < steps) {
        await later(10);
        on({ event: "step", step: ++step } as TrainEvent);
      }
    },
    async checkpoint() {
      const reached = step;
      await later(cost);
      return Uint8Array.of(reached);
    },
    tune: async () => {},
    dispose() {},
  } satisfies Run;
}

test.each([
  ["every so many seconds", 0, [10, 20, 30, 40]],
  ["seldom, where that takes long", 2, [10, 31]],
])("a run is saved while it trains: %s", async (_, cost, expected) => {
  const saved: number[] = [];
  const [on, { signal }] = [() => {}, new AbortController()];
  try {
    const saving = { every: 0.1, save: ([step]: Uint8Array) => void saved.push(step!) };
    const training = trainSaving(standIn(45, cost), saving, on, signal);
    await vi.runAllTimersAsync();
    expect(await training).toEqual(Uint8Array.of(45));
    expect(saved).toEqual(expected);
  } finally {
    vi.useRealTimers();
  }
});
