import type { BenchEngine } from "../../demos/race/engines/engine";
import type { Manner } from "../../demos/race/engines/wgrad";
import { type Counts, measure, type Result } from "../../demos/race/measure";
import { ENGINES } from "../../demos/race/peers";
import { resized, type WorkloadName } from "../../demos/race/workloads";
import type { KernelEngine } from "./kernels/engine";
import { type KernelResult, measureKernel, measureOverhead, type OverheadResult } from "./kernels/measure";
import { measureNet, type NetResult } from "./nets/measure";
import { measureOps, type OpResult } from "./ops/measure";
import { measureSmall, type SmallResult } from "./small";

/** One measurement, as data: it crosses over into the browser. */
export type Task = { readonly engine: string; readonly milliseconds: number } & (
  | {
      readonly kind: "train";
      readonly workload: WorkloadName;
      /** The workload in other sizes. */
      readonly sizes?: Readonly<Record<string, number>> | undefined;
      readonly block?: number;
      readonly profile?: boolean;
    }
  | { readonly kind: "kernel"; readonly name: string }
  | { readonly kind: "overhead" }
  | { readonly kind: "ops"; readonly names: readonly string[]; readonly tune: boolean }
  | { readonly kind: "net"; readonly name: string; readonly times: number }
  | { readonly kind: "small" }
);

export interface Answers {
  train: Result;
  kernel: KernelResult | null;
  overhead: OverheadResult;
  ops: OpResult[];
  net: NetResult;
  small: SmallResult;
}
export type Answer = Answers[keyof Answers];

/** This engine with the fastest ways, for steps and for kernels. */
export const TUNED = "wgrad-tuned";

/** This engine by the names that the benchmark has for its manners: as it comes, and what fusion, tuning and f16 are worth. */
export const MANNERS: Readonly<Record<string, Manner>> = {
  wgrad: {},
  "wgrad-unfused": { fuse: false },
  [TUNED]: { tune: true },
  "wgrad-f16": { autocast: true },
};

/** Engines that can be named. */
export const enginesFor = (kernels: boolean): readonly string[] =>
  kernels ? [...ENGINES, TUNED] : [...new Set([...ENGINES, ...Object.keys(MANNERS)])];

/** How the engines are made where the task runs. */
export interface Engines {
  training(engine: string): Promise<BenchEngine>;
  kernels(engine: string): Promise<KernelEngine>;
}

/** @param on where it runs, for the report */
export async function runTask(task: Task, on: string, counts: Counts, engines: Engines): Promise<Answer> {
  const { engine, milliseconds } = task;
  if (task.kind === "small") return measureSmall(on, milliseconds);
  if (task.kind === "net") return measureNet(task.name, task.times, on, milliseconds);
  if (task.kind === "ops") return measureOps(task.names, { on, milliseconds, tune: task.tune });
  if (task.kind === "kernel")
    return measureKernel(await engines.kernels(engine), task.name, { name: engine, on, milliseconds });
  if (task.kind === "overhead")
    return measureOverhead(await engines.kernels(engine), { name: engine, on, milliseconds });
  const { workload, sizes, block, profile = false } = task;
  const options = { counts, on, milliseconds, profile, ...(block ? { block } : {}) };
  const spec = sizes && { spec: resized(workload, sizes) };
  return measure(engine, () => engines.training(engine), workload, { ...options, ...spec });
}
