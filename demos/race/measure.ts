import type { BenchEngine } from "./engines/engine";
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
  /** Largest difference from the losses that every engine must give. */
  readonly lossError: number;
}

const BLOCK = 10;
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;

/** Trains a workload for about `milliseconds` and says how it went. */
export async function measure(
  name: string,
  create: () => Promise<BenchEngine>,
  workload: WorkloadName,
  { counts, on, milliseconds }: { counts: Counts; on: string; milliseconds: number },
): Promise<Result> {
  const spec: Workload = WORKLOADS[workload];
  const engine = await create();
  const losses: Record<number, number> = {};
  const began = performance.now();
  const trainer = await engine[workload](spec);
  losses[1] = (await trainer.step(true))!;
  const firstStepSeconds = (performance.now() - began) / 1000;
  let step = 1;
  while (step < 2 * BLOCK) {
    const loss = await trainer.step(++step % BLOCK === 0);
    if (loss !== undefined) losses[step] = loss;
  }
  const before = { ...counts.calls };
  const blocks: number[] = [];
  const start = performance.now();
  while (blocks.length < 3 || performance.now() - start < milliseconds) {
    const from = performance.now();
    for (let i = 1; i <= BLOCK; i++) await trainer.step(i === BLOCK);
    blocks.push((performance.now() - from) / BLOCK);
  }
  const steps = blocks.length * BLOCK;
  const perStep = Object.fromEntries(
    Object.entries(counts.calls).map(([call, n]) => [call, Math.round(((n - (before[call] ?? 0)) / steps) * 10) / 10]),
  );
  const { createComputePipeline = 0, createComputePipelineAsync = 0 } = counts.calls;
  const off = Object.entries(spec.losses).map(([at, loss]) => Math.abs(losses[Number(at)]! - loss));
  const ms = { median: median(blocks), min: Math.min(...blocks), max: Math.max(...blocks) };
  return {
    engine: name,
    version: engine.version,
    workload,
    on,
    adapter: engine.adapter ?? "",
    ms,
    firstStepSeconds,
    gflops: spec.flops / ms.median / 1e6,
    perStep,
    pipelines: createComputePipeline + createComputePipelineAsync,
    peakMebibytes: counts.peakBytes / 2 ** 20,
    losses,
    lossError: Math.max(...off),
  };
}
