import { BYTES_PER_ELEMENT, type TypedArray } from "../core/dtype";
import { Arena } from "../graph/arena";
import { homeOf, type Tensor } from "../graph/tensor";
import { bytesOf } from "../schedule/plan";
import type { BufferPool } from "./pool";

/** A part of a buffer, in bytes. */
export interface Region {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** The states of an engine: what lives longer than a plan. */
export class Storage {
  readonly #buffers = new Map<Tensor, GPUBuffer>();
  /** Where each state is now; this differs from its home until it is moved there. Offsets are in elements. */
  readonly #located = new Map<Tensor, { readonly state: Tensor; readonly offset: number }>();
  /** Grows whenever a state moves to another buffer: bind groups made before are out of date. */
  generation = 0;

  constructor(
    readonly device: GPUDevice,
    readonly pool: BufferPool,
  ) {}

  /** Where a state is; it is made and filled with its first value if it is new. */
  region(t: Tensor): Region {
    this.#settle(t);
    const { state, offset } = homeOf(t);
    return { buffer: this.#buffers.get(state)!, offset: offset * BYTES_PER_ELEMENT, size: bytesOf(t) };
  }

  /** Overwrites a state. */
  write(t: Tensor, values: TypedArray): void {
    const { buffer, offset } = this.region(t);
    this.device.queue.writeBuffer(buffer, offset, values);
  }

  /** Gives a state's buffer back; the state starts anew when it is next used. */
  forget(t: Tensor): void {
    const buffer = this.#buffers.get(t);
    this.#located.delete(t);
    if (!buffer) return;
    this.pool.release(buffer);
    this.#buffers.delete(t);
    this.generation++;
  }

  #settle(t: Tensor): void {
    const { state, offset } = homeOf(t);
    const at = this.#located.get(t);
    if (at?.state === state && at.offset === offset) return;
    // A home with first values of its own gets them before anything is written into a part of it.
    if (state !== t) this.#settle(state);
    if (!this.#buffers.has(state)) this.#buffers.set(state, this.pool.acquire(bytesOf(state), nameOf(state), true));
    this.#located.set(t, { state, offset });
    if (at) this.#move(t, at, { state, offset });
    else this.#initialise(t);
    // A launch over the whole of an arena may be the first to touch it: all parameters get their values before.
    if (state === t) for (const p of Arena.livingIn(t)) this.#settle(p);
  }

  /** A state that got a home in an arena after it was first used takes its value along. */
  #move(t: Tensor, from: { state: Tensor; offset: number }, to: { state: Tensor; offset: number }): void {
    const source = this.#buffers.get(from.state)!;
    const encoder = this.device.createCommandEncoder({ label: `move ${nameOf(t)}` });
    const [start, end] = [from.offset * BYTES_PER_ELEMENT, to.offset * BYTES_PER_ELEMENT];
    encoder.copyBufferToBuffer(source, start, this.#buffers.get(to.state)!, end, bytesOf(t));
    this.device.queue.submit([encoder.finish()]);
    if (from.state === t) {
      this.pool.release(source);
      this.#buffers.delete(t);
    }
    this.generation++;
  }

  #initialise(t: Tensor): void {
    if (t.leaf?.kind !== "state" || !t.leaf.initial) return;
    const values = t.leaf.initial();
    if (values.length !== t.size)
      throw new Error(`${t.leaf.name}: ${values.length} initial values for ${t.size} elements`);
    const { state, offset } = homeOf(t);
    this.device.queue.writeBuffer(this.#buffers.get(state)!, offset * BYTES_PER_ELEMENT, values);
  }
}

const nameOf = (t: Tensor): string => (t.leaf && "name" in t.leaf ? t.leaf.name : `tensor ${t.id}`);
