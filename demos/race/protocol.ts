import type { Result } from "./measure";
import type { EngineName } from "./peers";
import type { WorkloadName } from "./workloads";

/** One measurement. */
export interface Heat {
  readonly engine: EngineName;
  /** Addresses of the peer's modules; empty for wgrad. */
  readonly modules: readonly string[];
  readonly workload: WorkloadName;
  readonly milliseconds: number;
}

/** What the worker does for the page: one measurement, then it is ended. */
export type WorkerMethods = { run(heat: Heat): Promise<Result> };

/** What the worker tells by itself: the engine is there; what is known so far. */
export type WorkerEvent = { event: "loaded" } | { event: "progress"; result: Result };

/** Name of the error for a peer that cannot be fetched. */
export const NOT_LOADED = "NotLoaded";
