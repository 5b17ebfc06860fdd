import { BYTES_PER_ELEMENT, dtypeOf, type Numbers, type TypedArray } from "../core/dtype";
import { DataError } from "../core/errors";
import { showShape } from "../core/shape";
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

/** A part of a state's home, in elements. */
interface Located {
  readonly state: Tensor;
  readonly offset: number;
}

/** What states lie where, and the numbers of the buffers that they lie in. */
export interface StoredStates {
  readonly located: ReadonlyMap<Tensor, Located>;
  readonly values: ReadonlyMap<Tensor, TypedArray>;
}

/** The states of an engine: what lives longer than a plan. */
export class Storage {
  readonly #buffers = new Map<Tensor, GPUBuffer>();
  /** Where each state is now; this differs from its home until it is moved there. Offsets are in elements. */
  readonly #located = new Map<Tensor, Located>();
  /** Buffers for homes to come; nothing lives in them yet. */
  readonly #rooms = new Map<Tensor, GPUBuffer>();
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

  /** Whether a state lies here, or what is to live in it. */
  holds(t: Tensor): boolean {
    const { state } = homeOf(t);
    return this.#buffers.has(state) || [t, ...Arena.livingIn(state)].some((x) => this.#located.has(x));
  }

  /** Overwrites a state. */
  write(t: Tensor, values: Numbers): void {
    const { buffer, offset } = this.region(t);
    this.device.queue.writeBuffer(buffer, offset, values);
  }

  /** Buffers that states lie in, in the order in which they were made. */
  get homes(): readonly Tensor[] {
    return [...this.#buffers.keys()];
  }

  /** Where states lie now; the numbers are read by whoever keeps them. */
  get located(): ReadonlyMap<Tensor, Located> {
    return new Map(this.#located);
  }

  /** Homes made since, but for those that older states have moved into. @param before where states lay then */
  homesSince(before: ReadonlyMap<Tensor, Located>): readonly Tensor[] {
    const older = new Set([...this.#located].flatMap(([t, { state }]) => (before.has(t) ? [state] : [])));
    return this.homes.filter((home) => !older.has(home));
  }

  /** Homes of these states for which there is no buffer yet. */
  lacking(states: readonly Tensor[]): Tensor[] {
    const homes = [...new Set(states.map((t) => homeOf(t).state))];
    return homes.filter((home) => !this.#buffers.has(home) && !this.#rooms.has(home));
  }

  /** Makes the buffer of a home, and moves nothing in. */
  reserve(home: Tensor): void {
    this.#rooms.set(home, this.#acquire(home));
  }

  /** Gives back the buffers that were reserved for these homes and not taken. */
  unreserve(homes: readonly Tensor[]): void {
    for (const home of homes) {
      const room = this.#rooms.get(home);
      if (room) this.pool.release(room);
      this.#rooms.delete(home);
    }
  }

  #acquire(home: Tensor): GPUBuffer {
    return this.pool.acquire(bytesOf(home), nameOf(home), true);
  }

  /** Takes states over from a device that is gone; what is not among them starts anew. */
  restore({ located, values }: StoredStates): void {
    for (const [home, numbers] of values) {
      const buffer = this.#acquire(home);
      this.#buffers.set(home, buffer);
      this.device.queue.writeBuffer(buffer, 0, numbers);
    }
    for (const [t, at] of located) if (values.has(at.state)) this.#located.set(t, at);
  }

  /** Gives the buffers of these states back, with all that lives in them; the states start anew when they are next used. */
  forget(states: Iterable<Tensor>): void {
    const homes = new Set([...states].map((t) => this.#located.get(t)?.state ?? homeOf(t).state));
    for (const home of homes) {
      const buffer = this.#buffers.get(home);
      if (!buffer) continue;
      this.pool.release(buffer);
      this.#buffers.delete(home);
      this.generation++;
    }
    for (const [t, { state }] of this.#located) if (homes.has(state)) this.#located.delete(t);
  }

  #settle(t: Tensor): void {
    const { state, offset } = homeOf(t);
    // A home comes first, with first values of its own and, where it is an arena's, with all that lives in it.
    if (state !== t) this.#settle(state);
    const at = this.#located.get(t);
    if (at?.state === state && at.offset === offset) return;
    const initial = at ? undefined : initialOf(t);
    if (state === t) {
      this.#buffers.set(t, this.#rooms.get(t) ?? this.#acquire(t));
      this.#rooms.delete(t);
    }
    this.#located.set(t, { state, offset });
    if (at) this.#move(t, at, { state, offset });
    else if (initial) this.device.queue.writeBuffer(this.#buffers.get(state)!, offset * BYTES_PER_ELEMENT, initial);
    // A launch over the whole of an arena may be the first to touch it: all parameters get their values before.
    if (state === t) this.#fill(t);
  }

  #fill(home: Tensor): void {
    const all = Arena.livingIn(home);
    const isNew = (t: Tensor) => !this.#located.has(t);
    try {
      // What has no value yet comes first: where there is none to be had, nothing has moved in that would be lost.
      for (const t of [...all.filter(isNew), ...all.filter((t) => !isNew(t))]) this.#settle(t);
    } catch (error) {
      this.forget([home]);
      throw error;
    }
  }

  /** A state that got a home in an arena after it was first used takes its value along. */
  #move(t: Tensor, from: Located, to: Located): void {
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
}

/** The first values of a state. @throws DataError where these are not of its size and dtype */
function initialOf(t: Tensor): Numbers | undefined {
  if (t.leaf?.kind !== "state" || !t.leaf.initial) return undefined;
  const values = t.leaf.initial();
  const given = `${dtypeOf(values)}${showShape([values.length])}`;
  if (values.length !== t.size || dtypeOf(values) !== t.dtype)
    throw new DataError(t.leaf.name, `first values ${given}`, { wants: `${t.dtype}${showShape([t.size])}` });
  return values;
}

const nameOf = (t: Tensor): string => (t.leaf && "name" in t.leaf ? t.leaf.name : `tensor ${t.id}`);
