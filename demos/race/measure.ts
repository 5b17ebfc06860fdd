import type { KernelTime, Measurement } from "../../src/index";
import type { BenchEngine, Trainer } from "./engines/engine";
import { WORKLOADS, type Workload, type WorkloadName } from "./workloads";

/** WebGPU calls that are counted, by the class that has them. */
const COUNTED: Readonly<Record<string, readonly string[]>> = {
  GPUDevice: ["createBuffer", "createBindGroup", "createComputePipeline", "createComputePipelineAsync"],
  GPUQueue: ["submit", "writeBuffer"],
  GPUComputePassEncoder: ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"],
};

/** Calls and bytes so far. */
export interface Counts {
  calls: Record<string, number>;
  bytes: number;
  peakBytes: number;
}

/** Counts the calls of all engines alike, by patching the classes' prototypes. Call once, before any engine starts. */
export function countCalls(classes: Record<string, unknown>): Counts {
  const counts: Counts = { calls: {}, bytes: 0, peakBytes: 0 };
  const patch = (name: string, method: string, after?: (self: object, made: object, args: unknown[]) => void) => {
    const prototype = (classes[name] as { prototype?: Record<string, (...args: unknown[]) => unknown> })?.prototype;
    const original = prototype?.[method];
    if (!prototype || !original) return;
    prototype[method] = function (this: object, ...args: unknown[]) {
      counts.calls[method] = (counts.calls[method] ?? 0) + 1;
      const made = original.apply(this, args);
      after?.(this, made as object, args);
      return made;
    };
  };
  const sizes = new WeakMap<object, number>();
  for (const [name, methods] of Object.entries(COUNTED))
    for (const method of methods) if (method !== "createBuffer") patch(name, method);
  patch("GPUDevice", "createBuffer", (_, buffer, args) => {
    const { size } = args[0] as { size: number };
    sizes.set(buffer, size);
    counts.bytes += size;
    counts.peakBytes = Math.max(counts.peakBytes, counts.bytes);
  });
  patch("GPUBuffer", "destroy", (buffer) => {
    counts.bytes -= sizes.get(buffer) ?? 0;
    sizes.delete(buffer);
  });
  return counts;
}

/** What one run of a workload gave. */
export interface Result {
  readonly engine: string;
  readonly version: string;
  readonly workload: string;
  readonly on: string;
  readonly adapter: string;
  /** Milliseconds of a step: over blocks of ten, each ended by reading the loss. */
  readonly ms: { readonly median: number; readonly min: number; readonly max: number };
  /** From asking for the step to its first loss: tracing, compiling, running. */
  readonly firstStepSeconds: number;
  readonly gflops: number;
  /** Calls of one step. */
  readonly perStep: Readonly<Record<string, number>>;
  readonly pipelines: number;
  readonly peakMebibytes: number;
  readonly losses: Readonly<Record<number, number>>;
  /** Ways of ops that were chosen among several, see {@link Trainer.ways}. */
  readonly ways?: Readonly<Record<string, string>>;
  /** What each way of an op took, where the engine was asked to tune. */
  readonly measured?: readonly Measurement[];
  /** Milliseconds by kernel of one step, where that was asked for and the engine can tell. */
  readonly kernels?: readonly KernelTime[];
  /** Largest difference from the losses that every engine must give; NaN where none are known. */
  readonly lossError: number;
}

/** Steps between two readings of the loss, unless said otherwise. */
const BLOCK = 10;
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

export interface MeasureOptions {
  readonly counts: Counts;
  /** Where it runs, for the report. */
  readonly on: string;
  readonly milliseconds: number;
  /** Steps a block; 2 blocks go before those that are timed. Default 10. */
  readonly block?: number;
  /** The workload in other sizes. */
  readonly spec?: Workload;
  /** Whether to end with the time of each kernel; default false. */
  readonly profile?: boolean;
  /** Told what is known so far: after the first step, and after each block. */
  readonly onProgress?: (soFar: Result) => void;
}

/** Trains a workload for about `milliseconds` and says how it went. */
export async function measure(
  name: string,
  create: () => Promise<BenchEngine>,
  workload: WorkloadName,
  {
    counts,
    on,
    milliseconds,
    block = BLOCK,
    spec = WORKLOADS[workload],
    profile = false,
    onProgress = () => {},
  }: MeasureOptions,
): Promise<Result> {
  const engine = await create();
  const losses: Record<number, number> = {};
  const blocks: number[] = [];
  let before: Record<string, number> | undefined;
  let firstStepSeconds = Number.NaN;
  let trainer: Trainer | undefined;
  const soFar = (): Result => ({
    engine: name,
    version: engine.version,
    workload,
    on,
    adapter: engine.adapter ?? "",
    ms: { median: median(blocks), min: Math.min(...blocks), max: Math.max(...blocks) },
    firstStepSeconds,
    gflops: spec.flops / median(blocks) / 1e6,
    perStep: before ? callsPerStep(before, counts.calls, blocks.length * block) : {},
    pipelines: (counts.calls.createComputePipeline ?? 0) + (counts.calls.createComputePipelineAsync ?? 0),
    peakMebibytes: counts.peakBytes / 2 ** 20,
    losses: { ...losses },
    ...(trainer?.ways ? { ways: trainer.ways } : {}),
    ...(trainer?.measured?.length ? { measured: trainer.measured } : {}),
    lossError: largestError(losses, spec.losses),
  });
  const numbers = spec.make();
  const began = performance.now();
  trainer = await engine[workload]({ ...spec, make: () => numbers });
  losses[1] = (await trainer.step(true))!;
  firstStepSeconds = (performance.now() - began) / 1000;
  onProgress(soFar());
  for (let step = 2; step <= 2 * block; step++) {
    const loss = await trainer.step(step % block === 0);
    if (loss === undefined) continue;
    losses[step] = loss;
    onProgress(soFar());
  }
  before = { ...counts.calls };
  const start = performance.now();
  while (blocks.length < 3 || performance.now() - start < milliseconds) {
    const from = performance.now();
    for (let i = 1; i <= block; i++) await trainer.step(i === block);
    blocks.push((performance.now() - from) / block);
    onProgress(soFar());
  }
  const kernels = profile ? await trainer.profile?.() : null;
  return { ...soFar(), ...(kernels ? { kernels } : {}) };
}

const callsPerStep = (before: Record<string, number>, after: Record<string, number>, steps: number) =>
  Object.fromEntries(
    Object.entries(after).map(([call, n]) => [call, Math.round(((n - (before[call] ?? 0)) / (steps || 1)) * 10) / 10]),
  );

/** Largest difference between the losses so far and those expected; NaN where there is nothing to compare. */
export function largestError(
  losses: Readonly<Record<number, number>>,
  expected: Readonly<Record<number, number>>,
): number {
  const both = Object.keys(expected).filter((at) => Number(at) in losses);
  const errors = both.map((at) => Math.abs(losses[Number(at)]! - expected[Number(at)]!));
  return errors.length ? Math.max(...errors) : Number.NaN;
}
