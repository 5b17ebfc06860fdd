import { bytesPerElement, type DType, type TypedArray, typedArray } from "../core/dtype";
import { powerOfTwoFrom } from "../core/powerOfTwo";
import { BufferUsage, MAP_MODE_READ } from "./constants";
import type { Region } from "./storage";
import type { Waiter } from "./waiter";

/** Staging buffers kept between reads. */
const MAX_IDLE = 4;

/** Reads device memory through a ring of staging buffers, without stopping what the queue is doing. */
export class Readback {
  readonly #idle: GPUBuffer[] = [];

  constructor(
    readonly device: GPUDevice,
    readonly waiter: Waiter,
  ) {}

  /** The bytes of each region as they are when all that was submitted before this call has run. */
  async read(regions: readonly { region: Region; dtype: DType; length: number }[]): Promise<TypedArray[]> {
    const bytesIn = (r: { dtype: DType; length: number }) => r.length * bytesPerElement(r.dtype);
    const sizes = regions.map((r) => Math.max(4, Math.ceil(bytesIn(r) / 4) * 4));
    const total = sizes.reduce((a, b) => a + b, 0);
    const staging = this.#take(total);
    const encoder = this.device.createCommandEncoder({ label: "read" });
    let offset = 0;
    regions.forEach(({ region }, i) => {
      encoder.copyBufferToBuffer(region.buffer, region.offset, staging, offset, sizes[i]!);
      offset += sizes[i]!;
    });
    this.device.queue.submit([encoder.finish()]);
    await this.waiter.patiently(staging.mapAsync(MAP_MODE_READ, 0, total));
    const bytes = staging.getMappedRange(0, total).slice(0);
    staging.unmap();
    this.#give(staging);
    let start = 0;
    return regions.map((r, i) => {
      const values = typedArray(r.dtype, bytes.slice(start, start + bytesIn(r)));
      start += sizes[i]!;
      return values;
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
