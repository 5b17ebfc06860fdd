import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { decodeSafetensors } from "../../src/io/safetensors";

export interface Result {
  readonly code: number | null;
  /** What was printed with `--json`. */
  readonly lines: readonly Record<string, unknown>[];
  readonly err: string;
}

/**
 * The variables for a command.
 * @param cache folder for what is measured; what Mesa compiles stays where other tests find it
 */
export function environment(cache: string): NodeJS.ProcessEnv {
  const { MESA_SHADER_CACHE_DIR: compiled, XDG_CACHE_HOME: usual } = process.env;
  const kept = compiled || usual || join(homedir(), ".cache");
  return { ...process.env, MESA_SHADER_CACHE_DIR: kept, XDG_CACHE_HOME: cache };
}

/** The command while it runs. */
export type Command = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Runs the built command with arguments.
 * @param cache folder for what is measured
 * @param onLine sees each JSON line, and the command: it may send a signal
 * @param browser the browser to start; default what the command finds
 */
export function wgrad(
  args: readonly string[],
  cache: string,
  onLine?: (line: Record<string, unknown>, command: Command) => void,
  browser?: string,
): Promise<Result> {
  const env = { ...environment(cache), ...(browser ? { PUPPETEER_EXECUTABLE_PATH: browser } : {}) };
  const child = spawn(process.execPath, ["dist/cli/main.js", ...args], { stdio: ["ignore", "pipe", "pipe"], env });
  const lines: Record<string, unknown>[] = [];
  let [rest, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    for (const part of parts.filter((p) => p.startsWith("{"))) {
      const line = JSON.parse(part);
      lines.push(line);
      onLine?.(line, child);
    }
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, lines, err })));
}

/** The losses that were printed, by step. */
export const lossesOf = ({ lines }: Result): Map<number, number> =>
  new Map(lines.filter((l) => l.event === "step").map((l) => [l.step as number, l.loss as number]));

/** A checkpoint that was written. */
export const checkpointAt = (path: string) => decodeSafetensors(new Uint8Array(readFileSync(path)));
