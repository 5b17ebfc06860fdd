// How the command, built, ends where it is told to: Ctrl-C, `kill`, a terminal that is closed, a reader that goes away.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findBrowser } from "../../src/cli/browser";
import { nodeRuntime } from "../device";
import { type Command, checkpointAt, wgrad } from "./command";

const folder = mkdtempSync(join(tmpdir(), "wgrad-signals-"));
const { runtime, reason } = await nodeRuntime();
runtime?.destroy();
const skip = runtime ? undefined : reason;

const SMALL = ["--series", "walk", "--cell", "rnn", "--layers", "1", "--hidden", "4", "--window", "8", "--json"];

/** An executable file. */
function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

/** Trains something small until it is told at the third step to end: it saves what it has. */
async function trainUntil(name: string, on: string, end: (command: Command) => void) {
  const out = join(folder, `${name}.safetensors`);
  let steps = 0;
  const args = ["train", "forecast", ...SMALL, "--on", on, "--steps", "100000", "--out", out];
  const result = await wgrad(args, folder, (line, command) => {
    if (line.event === "step" && ++steps === 3) end(command);
  });
  expect(result.err.split("\n").filter((l) => l.startsWith("wgrad:"))).toEqual([]);
  expect(result.code).toBe(130);
  const step = Number(checkpointAt(out).metadata.step);
  expect(step).toBeGreaterThanOrEqual(3);
  expect(step).toBeLessThan(100000);
  return { last: result.lines.at(-1), out, step };
}

test.each(["SIGINT", "SIGTERM"] as const)("%s: training in Chrome saves and ends", async (signal) => {
  const { last, out, step } = await trainUntil(signal, "chrome", (command) => command.kill(signal));
  expect(last).toMatchObject({ event: "done", steps: step, checkpoint: out });
});

const title = `training in Node saves where Ctrl-C ends its reader too, as in \`| tee\`${skip ? ` (skipped: ${skip})` : ""}`;
test.skipIf(skip)(title, async () => {
  await trainUntil("reader", "node", (command) => {
    command.stdout.destroy();
    setTimeout(() => command.kill("SIGINT"), 100);
  });
});

test("a signal that comes before the page is there ends the training too, and leaves what an earlier one wrote", async () => {
  const out = join(folder, "early.safetensors");
  writeFileSync(out, "precious");
  const { path } = await findBrowser({ fetch: false });
  const browser = script("early", `#!/bin/sh\nkill -HUP $PPID\nexec '${path}' "$@"\n`);
  const args = ["train", "forecast", ...SMALL, "--steps", "50", "--out", out];
  const { code, lines, err } = await wgrad(args, folder, undefined, browser);
  expect(code).toBe(130);
  expect(lines.at(-1)).toMatchObject({ event: "done", steps: 0 });
  expect(lines.at(-1)).not.toHaveProperty("checkpoint");
  expect(err).toContain("no step was taken: nothing is written");
  expect(readFileSync(out, "utf8")).toBe("precious");
});

/** A stand-in for a browser: signals who starts it, and holds a connection for as long as it lives. */
const standIn = (port: number, signal: string) => `#!${process.execPath}
if (process.argv.includes("--version")) process.exit();
require("node:net").connect(${port}, "127.0.0.1", () => process.kill(process.ppid, "${signal}")).on("close", () => process.exit());
`;

test.each([
  ["doctor", "SIGINT", 130],
  ["tune", "SIGTERM", 143],
  ["tune", "SIGHUP", 129],
] as const)("%s: %s ends the browser too", async (command, signal, code) => {
  const browsers = new Set<Socket>();
  const server = createServer((socket) => {
    browsers.add(socket);
    socket.on("error", () => {}).on("close", () => browsers.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = script(`${command}-${signal}`, standIn((server.address() as AddressInfo).port, signal));
  try {
    const started = new Promise((resolve) => server.once("connection", resolve));
    expect((await wgrad([command, "--json"], folder, undefined, browser)).code).toBe(code);
    await started;
    await expect.poll(() => browsers.size, { timeout: 5000 }).toBe(0);
  } finally {
    for (const socket of browsers) socket.destroy();
    server.close();
  }
});
