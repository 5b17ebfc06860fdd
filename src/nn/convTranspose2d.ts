import { checkSizes, type Pair, pair, type Shape } from "../core/shape";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { type ConvTranspose2dOptions, checkOutputPadding, convTranspose2d } from "../ops/convTranspose2d";
import { checkChannels, checkGiven } from "./given";
import { fansOf, type Initializer, initialized, uniformByFanIn } from "./init";
import { Module } from "./module";

export interface ConvTranspose2dLayerOptions extends ConvTranspose2dOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** First values of the weight; default uniform in ±1/√fanIn, fanIn = outChannels/groups · KH · KW as in PyTorch. */
  readonly init?: Initializer;
  /** First values of the bias; default uniform in ±1/√fanIn. */
  readonly biasInit?: Initializer;
}

/** Transposed convolution, see {@link convTranspose2d}. x [N, inChannels, H, W]; weight [inChannels, outChannels/groups, KH, KW]. */
export class ConvTranspose2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly options: ConvTranspose2dOptions;

  /** @param kernelSize a number, or [height, width] */
  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Pair,
    options: ConvTranspose2dLayerOptions = {},
  ) {
    super();
    optionsOf("ConvTranspose2d", options, "stride padding outputPadding dilation groups bias init biasInit");
    const { bias = true, init = uniformByFanIn, biasInit = uniformByFanIn, ...rest } = options;
    const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 } = rest;
    this.options = rest;
    checkChannels("ConvTranspose2d", inChannels, outChannels, groups);
    checkSizes("ConvTranspose2d", { kernelSize, stride, dilation });
    checkSizes("ConvTranspose2d", { padding }, 0);
    checkOutputPadding("ConvTranspose2d", outputPadding, stride, dilation);
    const shape = [inChannels, outChannels / groups, ...pair("ConvTranspose2d", kernelSize)];
    this.weight = initialized("weight", shape, fansOf(shape), init);
    if (bias) this.bias = initialized("bias", [outChannels], fansOf(shape), biasInit);
  }

  override forward(x: Tensor): Tensor {
    const { inChannels } = this;
    const fits = (shape: Shape) => shape.length === 4 && shape[1] === inChannels;
    checkGiven("ConvTranspose2d", x, fits, "x [N, inChannels, H, W]", { inChannels });
    return convTranspose2d(x, this.weight, this.bias, this.options);
  }
}
