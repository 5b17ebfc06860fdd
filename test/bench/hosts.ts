// Where measurements run: in a browser, each in a fresh one; or in Node.
import type { Answers, Task } from "./tasks";

export interface Host {
  readonly on: "chrome" | "node";
  /** Runs a task. @throws Error where the engine fails, or after the given seconds */
  run<K extends Task["kind"]>(task: Task & { kind: K }, seconds?: number): Promise<Answers[K]>;
  close(): Promise<void>;
}

/** The promise's value, unless it takes longer. */
export async function within<T>(promise: Promise<T>, seconds?: number): Promise<T> {
  if (!seconds) return promise;
  promise.catch(() => {}); // where the time is up first, nobody waits for it any more
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${seconds} s`)), 1000 * seconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The first line of what went wrong, without the browser's stack. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]!.replace(/^Error: /, "");
