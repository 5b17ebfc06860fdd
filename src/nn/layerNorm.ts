import type { Shape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { layerNorm } from "../ops/layerNorm";
import { rmsNorm } from "../ops/rmsNorm";
import { constant, initialized } from "./init";
import { Module } from "./module";

export interface LayerNormLayerOptions {
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
  /** Whether there is a bias; default true. */
  readonly bias?: boolean;
}

const sizes = (shape: Shape | number): Shape => (typeof shape === "number" ? [shape] : shape);
const NO_FANS = { fanIn: 1, fanOut: 1 };

/** Layer normalisation over the last dimensions, see {@link layerNorm}; weight and bias of the normalised shape. */
export class LayerNorm extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;

  /** @param normalizedShape sizes of the last dimensions, those that are normalised together */
  constructor(
    readonly normalizedShape: Shape | number,
    readonly options: LayerNormLayerOptions = {},
  ) {
    super();
    const shape = sizes(normalizedShape);
    this.weight = initialized("weight", shape, NO_FANS, constant(1));
    if (options.bias !== false) this.bias = initialized("bias", shape, NO_FANS, constant(0));
  }

  override forward(x: Tensor): Tensor {
    const { weight, bias, normalizedShape, options } = this;
    const { eps } = options;
    return layerNorm(x, normalizedShape, { weight, ...(bias && { bias }), ...(eps !== undefined && { eps }) });
  }
}

/** RMS normalisation over the last dimensions, see {@link rmsNorm}; weight of the normalised shape. */
export class RMSNorm extends Module {
  readonly weight: Tensor;

  /** @param normalizedShape sizes of the last dimensions, those that are normalised together */
  constructor(
    readonly normalizedShape: Shape | number,
    readonly options: Pick<LayerNormLayerOptions, "eps"> = {},
  ) {
    super();
    this.weight = initialized("weight", sizes(normalizedShape), NO_FANS, constant(1));
  }

  override forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, { weight: this.weight, ...this.options });
  }
}
