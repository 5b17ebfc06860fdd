import { BufferUsage, MAP_MODE_READ } from "./constants";
import type { Waiter } from "./waiter";

/** The time that the dispatches of one kernel took in a run. */
export interface KernelTime {
  readonly kernel: string;
  /** Dispatches of this kernel. */
  readonly count: number;
  readonly milliseconds: number;
}

/** A query set holds at most this many timestamps. */
const MAX_QUERIES = 4096;

/** Timestamps before and after each dispatch of one run. */
export class Profiler {
  readonly #querySet: GPUQuerySet;
  readonly #timed: number;

  constructor(
    readonly device: GPUDevice,
    dispatches: number,
  ) {
    this.#timed = Math.min(dispatches, MAX_QUERIES / 2);
    this.#querySet = device.createQuerySet({ type: "timestamp", count: Math.max(2, 2 * this.#timed) });
  }

  timestamps(dispatch: number): GPUComputePassTimestampWrites | undefined {
    if (dispatch >= this.#timed) return undefined;
    const beginningOfPassWriteIndex = 2 * dispatch;
    return { querySet: this.#querySet, beginningOfPassWriteIndex, endOfPassWriteIndex: beginningOfPassWriteIndex + 1 };
  }

  /** Submits the run. @returns the milliseconds that each dispatch took */
  async finish(encoder: GPUCommandEncoder, waiter: Waiter): Promise<number[]> {
    const size = Math.max(16, 16 * this.#timed);
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = BufferUsage;
    const resolved = this.device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
    const staging = this.device.createBuffer({ size, usage: COPY_DST | MAP_READ });
    encoder.resolveQuerySet(this.#querySet, 0, 2 * this.#timed, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    this.device.queue.submit([encoder.finish()]);
    await waiter.patiently(staging.mapAsync(MAP_MODE_READ));
    const stamps = new BigUint64Array(staging.getMappedRange().slice(0));
    for (const resource of [resolved, staging, this.#querySet]) resource.destroy();
    const nanoseconds = (i: number) => Math.max(0, Number(stamps[2 * i + 1]! - stamps[2 * i]!));
    return Array.from({ length: this.#timed }, (_, i) => nanoseconds(i) / 1e6);
  }
}

/** Sums the times of dispatches by kernel, the longest first. */
export function byKernel(kernels: readonly string[], milliseconds: readonly number[]): KernelTime[] {
  const times = new Map<string, { count: number; milliseconds: number }>();
  milliseconds.forEach((time, i) => {
    const entry = times.get(kernels[i]!) ?? { count: 0, milliseconds: 0 };
    entry.count++;
    entry.milliseconds += time;
    times.set(kernels[i]!, entry);
  });
  return [...times].map(([kernel, t]) => ({ kernel, ...t })).sort((a, b) => b.milliseconds - a.milliseconds);
}
