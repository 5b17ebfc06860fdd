import { checkSizes, type Pair, pair, type Shape } from "../core/shape";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { type Conv2dOptions, checkPadding, conv2d } from "../ops/conv2d";
import { checkChannels, checkGiven } from "./given";
import { fansOf, type Initializer, initialized, uniformByFanIn } from "./init";
import { Module } from "./module";

export interface Conv2dLayerOptions extends Conv2dOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** First values of the weight; default uniform in ±1/√fanIn. */
  readonly init?: Initializer;
  /** First values of the bias; default uniform in ±1/√fanIn. */
  readonly biasInit?: Initializer;
}

/** Convolution of pictures, see {@link conv2d}. x [N, inChannels, H, W]; weight [outChannels, inChannels/groups, KH, KW]. */
export class Conv2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly options: Conv2dOptions;

  /** @param kernelSize a number, or [height, width] */
  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Pair,
    options: Conv2dLayerOptions = {},
  ) {
    super();
    optionsOf("Conv2d", options, "stride padding dilation groups bias init biasInit");
    const { bias = true, init = uniformByFanIn, biasInit = uniformByFanIn, ...rest } = options;
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = rest;
    this.options = rest;
    checkChannels("Conv2d", inChannels, outChannels, groups);
    checkSizes("Conv2d", { kernelSize, stride, dilation });
    checkPadding("Conv2d", padding, stride);
    const shape = [outChannels, inChannels / groups, ...pair("Conv2d", kernelSize)];
    this.weight = initialized("weight", shape, fansOf(shape), init);
    if (bias) this.bias = initialized("bias", [outChannels], fansOf(shape), biasInit);
  }

  override forward(x: Tensor): Tensor {
    const { inChannels } = this;
    const hasChannels = (axis: number) => (shape: Shape) => shape.length === 4 && shape[axis] === inChannels;
    const fix = (shape: Shape) => (hasChannels(3)(shape) ? "put channels first: permute(x, [0, 3, 1, 2])" : undefined);
    checkGiven("Conv2d", x, hasChannels(1), "x [N, inChannels, H, W]", { inChannels }, fix);
    return conv2d(x, this.weight, this.bias, this.options);
  }
}
