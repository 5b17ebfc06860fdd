import type { KernelTime, Measurement } from "../../../src/index";
import type { Workload, WorkloadName } from "../workloads";

/** A training step of an engine. */
export interface Trainer {
  /** One step. With `wanted`, resolves with the loss, read back. */
  step(wanted: boolean): Promise<number | undefined>;
  /** Where the engine knows several ways to do an op: which it has taken, by the op's name and sizes. */
  readonly ways?: Readonly<Record<string, string>>;
  /** What was measured before the first step, where the engine tunes. */
  readonly measured?: readonly Measurement[];
  /** Milliseconds by kernel of one step; null where the device cannot tell. */
  profile?(): Promise<readonly KernelTime[] | null>;
}

/** What the race and the benchmark ask of an engine: the step of each workload, from its numbers. */
export type BenchEngine = Readonly<Record<WorkloadName, (w: Workload) => Promise<Trainer>>> & {
  readonly version: string;
  readonly adapter?: string;
  /** Ends the engine, where it can be ended. */
  dispose?(): void;
};
