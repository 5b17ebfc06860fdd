import { DeviceError } from "../core/errors";
import { BufferUsage } from "./constants";

/** Bytes below which a buffer costs no time to make. */
const SMALL = 4096;

const USAGE = BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST;

/** What a pool holds, in bytes, and what it has done. */
export interface PoolStatistics {
  /** Bytes of buffers now lent. */
  readonly inUse: number;
  /** Bytes of all buffers, lent or kept for reuse. */
  readonly held: number;
  /** The most that was ever held. */
  readonly peak: number;
  /** Buffers made. */
  readonly created: number;
  /** Requests met by a buffer that was already there. */
  readonly reused: number;
}

/** Storage buffers kept for reuse: a fresh one must be cleared by the driver, which costs far more than a pooled one. */
export class BufferPool {
  readonly #free: GPUBuffer[] = [];
  readonly #lent = new Set<GPUBuffer>();
  /** Buffers of other kinds, which go with the pool at the latest. */
  readonly #kept = new Set<GPUBuffer>();
  #held = 0;
  #peak = 0;
  #created = 0;
  #reused = 0;

  constructor(readonly device: GPUDevice) {}

  /**
   * A storage buffer of at least `bytes`. Its contents are undefined unless `zeroed`.
   * @throws DeviceError where the device grants no buffer of that size
   */
  acquire(bytes: number, label: string, zeroed = false): GPUBuffer {
    const { maxBufferSize: limit } = this.device.limits;
    if (bytes > limit)
      throw new DeviceError(
        "buffer pool",
        `${label} needs ${bytes} bytes`,
        { limit: `${limit} bytes` },
        "use a smaller model, or a smaller batch",
      );
    const found = this.#bestFit(bytes);
    const buffer = found < 0 ? this.#create(bytes, label) : this.#free.splice(found, 1)[0]!;
    if (found >= 0) this.#reused++;
    if (found >= 0 && zeroed) this.#clear(buffer);
    buffer.label = label;
    this.#lent.add(buffer);
    return buffer;
  }

  release(buffer: GPUBuffer): void {
    if (this.#lent.delete(buffer)) this.#free.push(buffer);
  }

  /** Takes charge of a buffer that is not lent: of parameters, say. It does not count as memory held. */
  keep(buffer: GPUBuffer): GPUBuffer {
    this.#kept.add(buffer);
    return buffer;
  }

  /** Destroys a buffer that was kept. */
  discard(buffer: GPUBuffer): void {
    if (this.#kept.delete(buffer)) buffer.destroy();
  }

  /** Gives buffers that nobody uses back to the device. */
  trim(): void {
    for (const buffer of this.#free.splice(0)) {
      this.#held -= buffer.size;
      buffer.destroy();
    }
  }

  get statistics(): PoolStatistics {
    const inUse = [...this.#lent].reduce((n, b) => n + b.size, 0);
    return { inUse, held: this.#held, peak: this.#peak, created: this.#created, reused: this.#reused };
  }

  destroy(): void {
    for (const buffer of [...this.#lent, ...this.#free, ...this.#kept]) buffer.destroy();
    this.#lent.clear();
    this.#kept.clear();
    this.#free.length = 0;
    this.#held = 0;
  }

  /** The smallest free buffer that is large enough and wastes at most half of itself; nothing of a small one. */
  #bestFit(bytes: number): number {
    const most = bytes < SMALL ? bytes : 2 * bytes;
    let best = -1;
    this.#free.forEach((b, i) => {
      if (b.size >= bytes && b.size <= most && (best < 0 || b.size < this.#free[best]!.size)) best = i;
    });
    return best;
  }

  #clear(buffer: GPUBuffer): void {
    const encoder = this.device.createCommandEncoder({ label: "clear" });
    encoder.clearBuffer(buffer);
    this.device.queue.submit([encoder.finish()]);
  }

  #create(bytes: number, label: string): GPUBuffer {
    this.#created++;
    this.#held += bytes;
    this.#peak = Math.max(this.#peak, this.#held);
    return this.device.createBuffer({ label, size: bytes, usage: USAGE });
  }
}
