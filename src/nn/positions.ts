import { ShapeError } from "../core/errors";
import { checkShape, checkWhole, showShape } from "../core/shape";
import { checkTensors } from "../graph/op";
import { data, type Tensor } from "../graph/tensor";
import { add } from "../ops/add";
import { arange } from "../ops/arange";
import { embedding } from "../ops/embedding";
import { slice } from "../ops/slice";
import { initialized, normal } from "./init";
import { Module } from "./module";

/**
 * Fixed position vectors, `[t, 2i] = sin(t / 10000^(2i/dim))` and `[t, 2i + 1] = cos` of the same.
 * @returns f32 [length, dim]
 * @throws ShapeError unless both are integers of at least 1
 * @see Vaswani et al. 2017, "Attention is all you need", §3.5
 */
export function sinusoidalPositions(length: number, dim: number): Tensor {
  checkShape("sinusoidalPositions", [length, dim]);
  const values = Float32Array.from({ length: length * dim }, (_, n) => {
    const [t, c] = [Math.floor(n / dim), n % dim];
    const angle = t / 10000 ** ((c - (c % 2)) / dim);
    return c % 2 ? Math.cos(angle) : Math.sin(angle);
  });
  return data({ shape: [length, dim], dtype: "f32" }, values);
}

/** Adds {@link sinusoidalPositions} to [.., T, dim]. */
export class SinusoidalPositions extends Module {
  override forward(x: Tensor): Tensor {
    checkTensors("SinusoidalPositions", [x]);
    if (x.shape.length < 2)
      throw new ShapeError("SinusoidalPositions", "wants [.., T, dim]", { x: showShape(x.shape) });
    return add(x, sinusoidalPositions(x.shape.at(-2)!, x.shape.at(-1)!));
  }
}

/** Adds a learnt vector for each position to [.., T, dim], T at most `maxLength`. */
export class LearnedPositions extends Module {
  readonly weight: Tensor;

  constructor(
    readonly maxLength: number,
    readonly dim: number,
  ) {
    super();
    checkWhole("LearnedPositions", { maxLength, dim });
    this.weight = initialized("weight", [maxLength, dim], { fanIn: dim, fanOut: dim }, normal(0, 0.02));
  }

  /** @param first u32 [1]: position of the first row, as in a {@link KeyValueCache}; default 0. Beyond `maxLength` nothing is added. */
  override forward(x: Tensor, first?: Tensor): Tensor {
    checkTensors("LearnedPositions", [x]);
    const length = x.shape.at(-2) ?? 0;
    if (length < 1 || length > this.maxLength || x.shape.at(-1) !== this.dim)
      throw new ShapeError("LearnedPositions", "wants [.., T, dim]", {
        x: showShape(x.shape),
        dim: String(this.dim),
        "T at most": String(this.maxLength),
      });
    if (!first) return add(x, length < this.maxLength ? slice(this.weight, 0, 0, length) : this.weight);
    return add(x, embedding(this.weight, add(arange(0, length, 1, "u32"), first)));
  }
}
