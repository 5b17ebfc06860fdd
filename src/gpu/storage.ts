import { BYTES_PER_ELEMENT, dtypeOf, type Numbers, type TypedArray } from "../core/dtype";
import { DataError } from "../core/errors";
import { showShape } from "../core/shape";
import { Arena } from "../graph/arena";
import { type Home, homeOf, type Tensor } from "../graph/tensor";
import { bytesOf } from "../schedule/plan";
import type { BufferPool } from "./pool";

/** A part of a buffer. Offset and size are in bytes. */
export interface Region {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** The places of states, and the numbers in their homes. */
export interface StoredStates {
  /** @internal */
  readonly located: ReadonlyMap<Tensor, Home>;
  /** @internal */
  readonly values: ReadonlyMap<Tensor, TypedArray>;
}

/** The states of an engine, which outlive plans. A state's home is the state whose buffer it lies in: itself, or its arena's. */
export class Storage {
  readonly #buffers = new Map<Tensor, GPUBuffer>();
  /** Where each state is now. A state that has got another home is still in the old one until it is used. */
  readonly #located = new Map<Tensor, Home>();
  /** Buffers reserved for homes that have none yet. */
  readonly #rooms = new Map<Tensor, GPUBuffer>();
  /** Counts the times that a state moved to another buffer: bind groups made before that are out of date. */
  generation = 0;

  constructor(
    readonly device: GPUDevice,
    readonly pool: BufferPool,
  ) {}

  /** Where a state is. A new one is made, with its first value. */
  region(t: Tensor): Region {
    this.#settle(t);
    const { state, offset } = homeOf(t);
    return { buffer: this.#buffers.get(state)!, offset: offset * BYTES_PER_ELEMENT, size: bytesOf(t) };
  }

  /** Whether a state, or one that is to live in its buffer, is here. */
  holds(t: Tensor): boolean {
    const { state } = homeOf(t);
    return this.#buffers.has(state) || [t, ...Arena.livingIn(state)].some((x) => this.#located.has(x));
  }

  /** Overwrites a state. */
  write(t: Tensor, values: Numbers): void {
    const { buffer, offset } = this.region(t);
    this.device.queue.writeBuffer(buffer, offset, values);
  }

  /** The homes of states, in the order in which they were made. */
  get homes(): readonly Tensor[] {
    return [...this.#buffers.keys()];
  }

  /** A copy of where all states are now. */
  get located(): ReadonlyMap<Tensor, Home> {
    return new Map(this.#located);
  }

  /** Homes made since `before`, but for those that older states have moved into. @param before what {@link located} was then */
  homesSince(before: ReadonlyMap<Tensor, Home>): readonly Tensor[] {
    const older = new Set([...this.#located].flatMap(([t, { state }]) => (before.has(t) ? [state] : [])));
    return this.homes.filter((home) => !older.has(home));
  }

  /** Homes of these states for which there is no buffer yet. */
  lacking(states: readonly Tensor[]): Tensor[] {
    const homes = [...new Set(states.map((t) => homeOf(t).state))];
    return homes.filter((home) => !this.#buffers.has(home) && !this.#rooms.has(home));
  }

  /** Makes the buffer of a home, and moves nothing into it. */
  reserve(home: Tensor): void {
    this.#rooms.set(home, this.#acquire(home));
  }

  /** Gives back the buffers that were reserved for these homes and are still unused. */
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

  /** Puts back the states of a lost device. States that are not among them start with their first values. */
  restore({ located, values }: StoredStates): void {
    for (const [home, numbers] of values) {
      const buffer = this.#acquire(home);
      this.#buffers.set(home, buffer);
      this.device.queue.writeBuffer(buffer, 0, numbers);
    }
    for (const [t, at] of located) if (values.has(at.state)) this.#located.set(t, at);
  }

  /** Gives back the homes of these states, with all states in them: these start with their first values when next used. */
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
    // A home comes before the states in it.
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
    // The first launch to touch an arena may be one over all of it: all its parameters get their values at once.
    if (state === t) this.#fill(t);
  }

  #fill(home: Tensor): void {
    const all = Arena.livingIn(home);
    const isNew = (t: Tensor) => !this.#located.has(t);
    try {
      // New states come first: if one of their first values is refused, no older state has moved in and is lost.
      for (const t of [...all.filter(isNew), ...all.filter((t) => !isNew(t))]) this.#settle(t);
    } catch (error) {
      this.forget([home]);
      throw error;
    }
  }

  /** Copies the value of a state that got a home in an arena after its first use. */
  #move(t: Tensor, from: Home, to: Home): void {
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
