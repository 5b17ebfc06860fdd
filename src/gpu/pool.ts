import { DeviceError } from "../core/errors";
import { BufferUsage } from "./constants";

/** Bytes below which a new buffer costs next to nothing. */
const SMALL = 4096;

const USAGE = BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST;

/** What a pool holds and has done. */
export interface PoolStatistics {
  /** Bytes of buffers in use. */
  readonly inUse: number;
  /** Bytes of all buffers, in use or kept for reuse. */
  readonly held: number;
  /** The most bytes that were ever held. */
  readonly peak: number;
  /** Buffers made. */
  readonly created: number;
  /** Requests that took a buffer kept for reuse. */
  readonly reused: number;
}

/** Storage buffers kept for reuse: a driver must clear each new buffer, which takes far longer than taking one from here. */
export class BufferPool {
  readonly #free: GPUBuffer[] = [];
  readonly #lent = new Set<GPUBuffer>();
  /** Buffers of other kinds, destroyed with the pool at the latest. */
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
    const buffer = found ?? this.#create(bytes, label);
    if (found) {
      this.#reused++;
      this.#free.splice(this.#free.indexOf(found), 1);
      if (zeroed) this.#clear(found);
    }
    buffer.label = label;
    this.#lent.add(buffer);
    return buffer;
  }

  release(buffer: GPUBuffer): void {
    if (this.#lent.delete(buffer)) this.#free.push(buffer);
  }

  /** Adds a buffer of another kind, of parameters say, to be destroyed with the pool. It does not count as memory held. */
  keep(buffer: GPUBuffer): GPUBuffer {
    this.#kept.add(buffer);
    return buffer;
  }

  /** Destroys a buffer given to {@link keep}. */
  discard(buffer: GPUBuffer): void {
    if (this.#kept.delete(buffer)) buffer.destroy();
  }

  /** Destroys the buffers that are kept for reuse. */
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

  /** The smallest free buffer of at least `bytes` and at most twice as many; for a small request one of exactly as many. */
  #bestFit(bytes: number): GPUBuffer | undefined {
    const most = bytes < SMALL ? bytes : 2 * bytes;
    const fitting = this.#free.filter(({ size }) => size >= bytes && size <= most);
    return fitting.sort((a, b) => a.size - b.size)[0];
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
