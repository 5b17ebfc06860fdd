import type { Workload } from "../workloads";

/** A training step of an engine. */
export interface Trainer {
  /** One step. With `wanted`, resolves with the loss, read back. */
  step(wanted: boolean): Promise<number | undefined>;
}

/** What the benchmark asks of an engine: the step of each workload, from its numbers. */
export interface BenchEngine {
  readonly version: string;
  readonly adapter?: string;
  readonly W1: (w: Workload) => Promise<Trainer>;
  readonly W2: (w: Workload) => Promise<Trainer>;
}
