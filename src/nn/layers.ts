import type { Pair } from "../core/shape";
import type { Generator } from "../graph/generator";
import type { Tensor } from "../graph/tensor";
import { avgPool2d } from "../ops/avgPool2d";
import { dropout } from "../ops/dropout";
import { gelu } from "../ops/gelu";
import { maxPool2d, type Pool2dOptions } from "../ops/maxPool2d";
import { relu } from "../ops/relu";
import { flatten } from "../ops/reshape";
import { Module } from "./module";

// Layers without parameters.

/** {@link relu} as a layer. */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/** {@link gelu} as a layer. */
export class GELU extends Module {
  override forward(x: Tensor): Tensor {
    return gelu(x);
  }
}

/** {@link flatten} as a layer: [N, …] → [N, features]. */
export class Flatten extends Module {
  override forward(x: Tensor): Tensor {
    return flatten(x);
  }
}

/** {@link maxPool2d} as a layer. */
export class MaxPool2d extends Module {
  constructor(
    readonly kernelSize: Pair,
    readonly options: Pool2dOptions = {},
  ) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** {@link avgPool2d} as a layer. */
export class AvgPool2d extends Module {
  constructor(
    readonly kernelSize: Pair,
    readonly options: Pool2dOptions = {},
  ) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** {@link dropout} as a layer: active in training only. */
export class Dropout extends Module {
  /** @param p share of elements that are dropped, 0…1 */
  constructor(
    readonly p = 0.5,
    readonly generator?: Generator,
  ) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training, generator: this.generator });
  }
}
