import { connect, RemoteError } from "../shared/remote";
import type { Result } from "./measure";
import { labelOf } from "./peers";
import { type Heat, NOT_LOADED, type WorkerEvent, type WorkerMethods } from "./protocol";

/** How a measurement stands. */
export type HeatState =
  | { readonly state: "waiting" | "loading" | "compiling" | "skipped" }
  | { readonly state: "racing" | "done"; readonly result: Result }
  | { readonly state: "failed"; readonly reason: string };

/**
 * Runs one measurement in a worker of its own and ends the worker, however it goes.
 * @param signal ends it at once
 */
export async function runHeat(heat: Heat, onState: (s: HeatState) => void, signal: AbortSignal): Promise<HeatState> {
  if (signal.aborted) return { state: "skipped" };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const remote = connect<WorkerMethods, WorkerEvent>(worker, (e) => {
    if (e.event === "loaded") onState({ state: "compiling" });
    else onState({ state: "racing", result: e.result });
  });
  onState({ state: "loading" });
  const stopped = new Promise<HeatState>((resolve) =>
    signal.addEventListener("abort", () => resolve({ state: "skipped" }), { once: true }),
  );
  const ended = remote.run(heat).then(
    (result): HeatState => ({ state: "done", result }),
    (error: unknown): HeatState => ({ state: "failed", reason: reasonOf(heat, error) }),
  );
  try {
    return await Promise.race([ended, stopped]);
  } finally {
    worker.terminate();
  }
}

function reasonOf({ engine, workload }: Heat, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RemoteError && error.name === NOT_LOADED) return message;
  return `${labelOf(engine)} could not run ${workload}: ${message.split("\n")[0]}`;
}
