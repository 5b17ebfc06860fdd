import { type Shape, sameShape, showShape } from "../core/shape";
import { checkEps, checkList, checkOption, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { layerNorm } from "../ops/layerNorm";
import { rmsNorm } from "../ops/rmsNorm";
import { checkGiven } from "./given";
import { constant, initialized } from "./init";
import { Module } from "./module";

export interface LayerNormLayerOptions {
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
  /** Whether there is a bias; default true. */
  readonly bias?: boolean;
}

export interface RmsNormLayerOptions {
  /** Added to the mean square; default 1e-5. */
  readonly eps?: number;
}

const sizes = (shape: Shape | number): Shape => (typeof shape === "number" ? [shape] : shape);

/** @throws ShapeError unless it is one size or a list of them, and eps above 0 */
function checkNorm(layer: string, normalizedShape: Shape | number, eps: number): void {
  checkEps(layer, eps);
  const shape = sizes(normalizedShape);
  checkList(layer, "normalizedShape", shape);
  const wants = "one size or more, integers of at least 1";
  const areSizes = shape.length > 0 && shape.every((n) => Number.isInteger(n) && n >= 1);
  checkOption(layer, "normalizedShape", normalizedShape, areSizes, wants);
}

const NO_FANS = { fanIn: 1, fanOut: 1 };

function checkTail(layer: string, x: Tensor, normalizedShape: Shape | number): void {
  const shape = sizes(normalizedShape);
  const fits = (given: Shape) => sameShape(given.slice(-shape.length), shape);
  checkGiven(layer, x, fits, "x [.., …normalizedShape]", { normalizedShape: showShape(shape) });
}

/** Layer normalisation over the last dimensions, see {@link layerNorm}; weight and bias of the normalised shape. */
export class LayerNorm extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;

  /** @param normalizedShape sizes of the last dimensions, which are normalised together */
  constructor(
    readonly normalizedShape: Shape | number,
    readonly options: LayerNormLayerOptions = {},
  ) {
    super();
    const { eps = 1e-5, bias = true } = optionsOf("LayerNorm", options, "eps bias");
    checkNorm("LayerNorm", normalizedShape, eps);
    const shape = sizes(normalizedShape);
    this.weight = initialized("weight", shape, NO_FANS, constant(1));
    if (bias) this.bias = initialized("bias", shape, NO_FANS, constant(0));
  }

  override forward(x: Tensor): Tensor {
    const { weight, bias, normalizedShape } = this;
    const { eps = 1e-5 } = this.options;
    checkTail("LayerNorm", x, normalizedShape);
    return layerNorm(x, normalizedShape, { weight, bias, eps });
  }
}

/** RMS normalisation over the last dimensions, see {@link rmsNorm}; weight of the normalised shape. */
export class RMSNorm extends Module {
  readonly weight: Tensor;

  /** @param normalizedShape sizes of the last dimensions, which are normalised together */
  constructor(
    readonly normalizedShape: Shape | number,
    readonly options: RmsNormLayerOptions = {},
  ) {
    super();
    const { eps = 1e-5 } = optionsOf("RMSNorm", options, "eps");
    checkNorm("RMSNorm", normalizedShape, eps);
    this.weight = initialized("weight", sizes(normalizedShape), NO_FANS, constant(1));
  }

  override forward(x: Tensor): Tensor {
    checkTail("RMSNorm", x, this.normalizedShape);
    return rmsNorm(x, this.normalizedShape, { weight: this.weight, ...this.options });
  }
}
