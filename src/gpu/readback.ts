import { bytesPerElement, type DType, type TypedArray, typedArray } from "../core/dtype";
import { powerOfTwoFrom } from "../core/powerOfTwo";
import { BufferUsage, MAP_MODE_READ } from "./constants";
import type { Region } from "./storage";
import type { Waiter } from "./waiter";

/** Most staging buffers kept between reads. */
const MAX_IDLE = 4;

/** Most bytes in one staging buffer. */
export const MOST_STAGED = 2 ** 26;

/** A read of the first `length` elements of a region. */
export interface Read {
  readonly region: Region;
  readonly dtype: DType;
  readonly length: number;
}

/** A part of region number `region`, and its place `at` in staging buffer number `stage`; in bytes. */
interface Part {
  readonly region: number;
  readonly from: number;
  readonly bytes: number;
  readonly stage: number;
  readonly at: number;
}

/** Bytes to copy: whole words. */
const paddedBytes = ({ length, dtype }: Read): number =>
  Math.max(4, Math.ceil((length * bytesPerElement(dtype)) / 4) * 4);

/** Distributes regions over staging buffers of at most `limit` bytes. */
function stagesFor(regions: readonly Read[], limit: number): { parts: Part[]; sizes: number[] } {
  const parts: Part[] = [];
  const sizes = [0];
  regions.forEach((r, region) => {
    const end = paddedBytes(r);
    for (let from = 0; from < end; ) {
      if (sizes.at(-1) === limit) sizes.push(0);
      const at = sizes.at(-1)!;
      const bytes = Math.min(end - from, limit - at);
      parts.push({ region, from, bytes, stage: sizes.length - 1, at });
      sizes[sizes.length - 1] = at + bytes;
      from += bytes;
    }
  });
  return { parts, sizes: parts.length ? sizes : [] };
}

/** Reads device memory through staging buffers, while the queue goes on. */
export class Readback {
  readonly #idle: GPUBuffer[] = [];

  constructor(
    readonly device: GPUDevice,
    readonly waiter: Waiter,
    /** Throws where the device is lost. */
    readonly throwErrors: () => void,
  ) {}

  /**
   * The numbers of each region, after all that was submitted before this call.
   * @throws DeviceError where the device is lost
   */
  async read(regions: readonly Read[]): Promise<TypedArray[]> {
    const limit = Math.min(MOST_STAGED, this.device.limits.maxBufferSize);
    const { parts, sizes } = stagesFor(regions, limit);
    const stages = sizes.map((bytes) => this.#take(bytes));
    const encoder = this.device.createCommandEncoder({ label: "read" });
    for (const { region, from, bytes, stage, at } of parts) {
      const { buffer, offset } = regions[region]!.region;
      encoder.copyBufferToBuffer(buffer, offset + from, stages[stage]!, at, bytes);
    }
    this.device.queue.submit([encoder.finish()]);
    const results = regions.map((r) => new Uint8Array(paddedBytes(r)));
    try {
      const mapped = stages.map((s, i) => s.mapAsync(MAP_MODE_READ, 0, sizes[i]!));
      await this.waiter.patiently(Promise.all(mapped));
    } catch (error) {
      for (const s of stages) s.destroy();
      // Where the device is lost, that is reported a moment later.
      await Promise.race([this.device.lost, this.device.queue.onSubmittedWorkDone()]);
      this.throwErrors();
      throw error;
    }
    const views = stages.map((s, i) => new Uint8Array(s.getMappedRange(0, sizes[i]!)));
    for (const { region, from, bytes, stage, at } of parts)
      results[region]!.set(views[stage]!.subarray(at, at + bytes), from);
    for (const s of stages) {
      s.unmap();
      this.#give(s);
    }
    return regions.map(({ dtype, length }, i) => {
      const array = typedArray(dtype, results[i]!.buffer);
      return array.length === length ? array : array.slice(0, length);
    });
  }

  #take(bytes: number): GPUBuffer {
    const found = this.#idle.findIndex((b) => b.size >= bytes && b.size <= Math.max(4096, 4 * bytes));
    if (found >= 0) return this.#idle.splice(found, 1)[0]!;
    const size = Math.max(256, powerOfTwoFrom(bytes));
    const usage = BufferUsage.MAP_READ | BufferUsage.COPY_DST;
    return this.device.createBuffer({ label: "staging", size, usage });
  }

  #give(buffer: GPUBuffer): void {
    this.#idle.push(buffer);
    if (this.#idle.length > MAX_IDLE) this.#idle.shift()!.destroy();
  }

  destroy(): void {
    for (const buffer of this.#idle.splice(0)) buffer.destroy();
  }
}
