import { BYTES_PER_ELEMENT } from "../core/dtype";
import type { Shape } from "../core/shape";
import { homeOf, state, type Tensor, unused } from "./tensor";

/** Alignment of a tensor within an arena, in elements: 256 bytes, the coarsest binding alignment that a device may ask for. */
export const ALIGNMENT = 64;

/** Alignment of a piece, in elements: a table with a few numbers for every 64 elements can be cut at the same places. */
const PIECE_ALIGNMENT = 64 * ALIGNMENT;

/** A part of an arena that is small enough for one binding. */
export interface Piece {
  /** Elements. */
  readonly length: number;
  /** Whether it is the first one. */
  readonly first: boolean;
  /**
   * The part of a buffer that belongs to this piece. The buffer has the arena's layout, or is a table with some numbers for
   * every {@link ALIGNMENT} elements; for undefined the result is an unused binding.
   */
  of(buffer: Tensor | undefined): Tensor;
}

/**
 * One buffer for many states of dtype f32, and further buffers of the same layout: all parameters, all gradients, each
 * moment of an optimizer. The padding between parameters is zero and stays zero.
 */
export class Arena {
  /** Elements, padding included. */
  readonly length: number;
  /** The buffer of the parameters themselves. */
  readonly parameters: Tensor;
  readonly #offsets: readonly number[];
  /** Parts of buffers, by buffer, offset and shape: every capture asks for the same ones. */
  readonly #parts = new WeakMap<Tensor, Map<string, Tensor>>();

  private constructor(readonly tensors: readonly Tensor[]) {
    const offsets: number[] = [];
    let end = 0;
    for (const t of tensors) {
      offsets.push(end);
      end += Math.ceil(t.size / ALIGNMENT) * ALIGNMENT;
    }
    this.#offsets = offsets;
    this.length = end;
    this.parameters = this.buffer("parameters");
    tensors.forEach((t, i) => {
      t.home = { state: this.parameters, offset: offsets[i]! };
    });
  }

  /** The arena of each parameter, and of each arena's own buffer. */
  static readonly #known = new WeakMap<Tensor, Arena>();

  /** The arena that holds these parameters and nothing else, in whatever order; else a new one, into which they move. */
  static of(tensors: readonly Tensor[]): Arena {
    const known = Arena.holding(tensors);
    if (known) return known;
    const arena = new Arena(tensors);
    for (const t of [...tensors, arena.parameters]) Arena.#known.set(t, arena);
    return arena;
  }

  /** The parameters that live in an arena's buffer; of any other buffer none. */
  static livingIn(buffer: Tensor): readonly Tensor[] {
    const arena = Arena.#known.get(buffer);
    return arena?.parameters === buffer ? arena.tensors.filter((t) => arena.holds(t)) : [];
  }

  /** The arena that holds these parameters and nothing else, if there is one. */
  static holding(tensors: readonly Tensor[]): Arena | undefined {
    const known = Arena.#known.get(tensors[0]!);
    return known && known.tensors.length === tensors.length && tensors.every((t) => known.holds(t)) ? known : undefined;
  }

  /** Whether a tensor is an arena's buffer, or a piece of it, that a parameter has moved out of. */
  static isOfDeserted(t: Tensor): boolean {
    const { state } = homeOf(t);
    const arena = Arena.#known.get(state);
    if (arena?.parameters !== state || arena.tensors.includes(t)) return false;
    return !arena.tensors.every((p) => arena.holds(p));
  }

  /** Whether the parameter lives here: it moves out when another arena takes it. */
  holds(t: Tensor): boolean {
    return t.home?.state === this.parameters;
  }

  /** A further buffer of the same layout, filled with one value at first. */
  buffer(name: string, value = 0): Tensor {
    const { length } = this;
    const initial = () => new Float32Array(length).fill(value);
    return state(name, { shape: [length], dtype: "f32" }, value === 0 ? undefined : initial);
  }

  /** The part of such a buffer that belongs to the i-th parameter. */
  range(buffer: Tensor, i: number, name: string): Tensor {
    return this.#part(buffer, name, this.tensors[i]!.shape, this.#offsets[i]!);
  }

  /** The arena in as few pieces as the size of a binding allows: mostly one. */
  pieces(maxBindingBytes: number): Piece[] {
    const { length } = this;
    const most = PIECE_ALIGNMENT * Math.floor(maxBindingBytes / BYTES_PER_ELEMENT / PIECE_ALIGNMENT);
    const count = Math.ceil(length / most);
    if (count === 1) return [{ length, first: true, of: (buffer) => buffer ?? unused() }];
    const share = PIECE_ALIGNMENT * Math.ceil(length / count / PIECE_ALIGNMENT);
    return Array.from({ length: Math.ceil(length / share) }, (_, i) => {
      const from = i * share;
      const own = Math.min(share, length - from);
      const of = (buffer: Tensor | undefined) => {
        if (!buffer) return unused();
        const density = buffer.size / length;
        return this.#part(buffer, `piece ${i}`, [own * density], from * density);
      };
      return { length: own, first: i === 0, of };
    });
  }

  #part(buffer: Tensor, name: string, shape: Shape, offset: number): Tensor {
    const known = this.#parts.get(buffer) ?? new Map<string, Tensor>();
    this.#parts.set(buffer, known);
    const key = `${offset} ${shape}`;
    const part = known.get(key) ?? state(name, { shape, dtype: buffer.dtype });
    part.home = { state: buffer, offset };
    known.set(key, part);
    return part;
  }

  /** A table with one value for every {@link ALIGNMENT} elements: that of the parameter they belong to. */
  segments<V>(value: (t: Tensor) => V): V[] {
    return this.tensors.flatMap((t) => Array<V>(Math.ceil(t.size / ALIGNMENT)).fill(value(t)));
  }
}
