import type { Shape } from "../core/shape";
import { state, type Tensor } from "./tensor";

/** Elements to which a tensor's place in an arena is aligned: 256 bytes, the coarsest binding alignment of any device. */
const ALIGNMENT = 64;

/**
 * One buffer for many states of dtype f32, and further buffers of the same layout: all parameters, all gradients, every
 * moment of an optimizer. What is between the tensors is zero and stays so.
 */
export class Arena {
  /** Elements, padding included. */
  readonly length: number;
  /** The buffer of the parameters themselves. */
  readonly parameters: Tensor;
  readonly #offsets: readonly number[];

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
      t.home = { of: this.parameters, offset: offsets[i]! };
    });
  }

  static readonly #known = new WeakMap<Tensor, Arena>();

  /** The arena of these parameters; made anew unless the last arena of the first one has exactly the same tensors. */
  static of(tensors: readonly Tensor[]): Arena {
    const known = Arena.#known.get(tensors[0]!);
    if (known && known.tensors.length === tensors.length && known.tensors.every((t, i) => t === tensors[i]))
      return known;
    const arena = new Arena(tensors);
    for (const t of tensors) Arena.#known.set(t, arena);
    return arena;
  }

  /** A further buffer of the same layout, zero at first. */
  buffer(name: string): Tensor {
    return state(name, { shape: [this.length], dtype: "f32" });
  }

  /** The part of such a buffer that belongs to the i-th parameter. */
  range(buffer: Tensor, i: number, name: string): Tensor {
    const shape: Shape = this.tensors[i]!.shape;
    const range = state(name, { shape, dtype: "f32" });
    range.home = { of: buffer, offset: this.#offsets[i]! };
    return range;
  }
}
