import { checkSizes, type Pair } from "../core/shape";
import { checkGenerator, type Generator } from "../graph/generator";
import { checkOption, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { adaptiveAvgPool2d } from "../ops/adaptiveAvgPool2d";
import { adaptiveMaxPool2d } from "../ops/adaptiveMaxPool2d";
import { type AvgPool1dOptions, avgPool1d, windowInRow } from "../ops/avgPool1d";
import { type AvgPool2dOptions, avgPool2d } from "../ops/avgPool2d";
import { checkProbability, dropout } from "../ops/dropout";
import { elu } from "../ops/elu";
import { full } from "../ops/full";
import { gelu } from "../ops/gelu";
import { leakyRelu } from "../ops/leakyRelu";
import { maxPool1d, type Pool1dOptions } from "../ops/maxPool1d";
import { checkWindow, maxPool2d, type Pool2dOptions } from "../ops/maxPool2d";
import { mul } from "../ops/mul";
import { relu } from "../ops/relu";
import { flatten } from "../ops/reshape";
import { selu } from "../ops/selu";
import { sigmoid } from "../ops/sigmoid";
import { silu } from "../ops/silu";
import { tanh } from "../ops/tanh";
import { checkUpsampling, type Upsample2dOptions, upsample2d } from "../ops/upsample2d";
import { checkGiven } from "./given";
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

/** {@link leakyRelu} as a layer. */
export class LeakyReLU extends Module {
  /** @param negativeSlope factor below 0 */
  constructor(readonly negativeSlope = 0.01) {
    super();
    checkOption("LeakyReLU", "negativeSlope", negativeSlope, Number.isFinite(negativeSlope), "a number");
  }
  override forward(x: Tensor): Tensor {
    return leakyRelu(x, { negativeSlope: this.negativeSlope });
  }
}

/** {@link elu} as a layer. */
export class ELU extends Module {
  /** @param alpha what the result tends to as x falls, negated */
  constructor(readonly alpha = 1) {
    super();
    checkOption("ELU", "alpha", alpha, Number.isFinite(alpha), "a number");
  }
  override forward(x: Tensor): Tensor {
    return elu(x, { alpha: this.alpha });
  }
}

/** {@link selu} as a layer. */
export class SELU extends Module {
  override forward(x: Tensor): Tensor {
    return selu(x);
  }
}

/** {@link silu} as a layer. */
export class SiLU extends Module {
  override forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/** {@link sigmoid} as a layer. */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** {@link tanh} as a layer. */
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return tanh(x);
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
    const { stride, padding } = optionsOf("MaxPool2d", options, "stride padding");
    checkWindow("MaxPool2d", kernelSize, stride, padding);
  }
  override forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** {@link avgPool2d} as a layer. */
export class AvgPool2d extends Module {
  constructor(
    readonly kernelSize: Pair,
    readonly options: AvgPool2dOptions = {},
  ) {
    super();
    const { stride, padding } = optionsOf("AvgPool2d", options, "stride padding countIncludePad");
    checkWindow("AvgPool2d", kernelSize, stride, padding);
  }
  override forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** {@link maxPool1d} as a layer. */
export class MaxPool1d extends Module {
  constructor(
    readonly kernelSize: number,
    readonly options: Pool1dOptions = {},
  ) {
    super();
    const { stride, padding } = optionsOf("MaxPool1d", options, "stride padding");
    windowInRow("MaxPool1d", kernelSize, stride, padding);
  }
  override forward(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options);
  }
}

/** {@link avgPool1d} as a layer. */
export class AvgPool1d extends Module {
  constructor(
    readonly kernelSize: number,
    readonly options: AvgPool1dOptions = {},
  ) {
    super();
    const { stride, padding } = optionsOf("AvgPool1d", options, "stride padding countIncludePad");
    windowInRow("AvgPool1d", kernelSize, stride, padding);
  }
  override forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options);
  }
}

/** {@link adaptiveAvgPool2d} as a layer. */
export class AdaptiveAvgPool2d extends Module {
  /** @param outputSize a number, or [height, width] */
  constructor(readonly outputSize: Pair) {
    super();
    checkSizes("AdaptiveAvgPool2d", { outputSize });
  }
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** {@link adaptiveMaxPool2d} as a layer. */
export class AdaptiveMaxPool2d extends Module {
  /** @param outputSize a number, or [height, width] */
  constructor(readonly outputSize: Pair) {
    super();
    checkSizes("AdaptiveMaxPool2d", { outputSize });
  }
  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}

/** {@link upsample2d} as a layer. */
export class Upsample extends Module {
  constructor(readonly options: Upsample2dOptions) {
    super();
    checkUpsampling("Upsample", options);
  }
  override forward(x: Tensor): Tensor {
    return upsample2d(x, this.options);
  }
}

/** A layer that drops something with a probability. */
abstract class Dropping extends Module {
  constructor(
    name: string,
    readonly p: number,
    readonly generator: Generator | undefined,
  ) {
    super();
    checkProbability(name, p);
    if (generator !== undefined) checkGenerator(name, generator);
  }
}

/** {@link dropout} as a layer: active in training only. */
export class Dropout extends Dropping {
  /** @param p probability with which an element is dropped, 0 … 1 */
  constructor(p = 0.5, generator?: Generator) {
    super("Dropout", p, generator);
  }
  override forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training, generator: this.generator });
  }
}

/**
 * Drops whole channels, active in training only: neighbours of a picture are too much alike for single ones to be missed.
 * @see Tompson, Goroshin, Jain, LeCun and Bregler 2015, "Efficient object localization using convolutional networks"
 */
export class Dropout2d extends Dropping {
  /** @param p probability with which a channel is dropped, 0 … 1 */
  constructor(p = 0.5, generator?: Generator) {
    super("Dropout2d", p, generator);
  }
  /** @param x [N, C, H, W] */
  override forward(x: Tensor): Tensor {
    checkGiven("Dropout2d", x, ({ length }) => length === 4, "x [N, C, H, W]", {});
    if (!this.training) return x;
    const [batch, channels] = x.shape as [number, number];
    return mul(x, dropout(full([batch, channels, 1, 1], 1, x.dtype), this.p, { generator: this.generator }));
  }
}
