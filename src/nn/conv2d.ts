import { type Pair, pair } from "../core/shape";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { type Conv2dOptions, conv2d } from "../ops/conv2d";
import { checkGiven, checkSizes } from "./given";
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
    this.options = rest;
    checkSizes("Conv2d", { stride: rest.stride, dilation: rest.dilation, groups: rest.groups });
    if (typeof rest.padding !== "string") checkSizes("Conv2d", { padding: rest.padding }, 0);
    const [kh, kw] = pair("Conv2d", kernelSize);
    const shape = [outChannels, inChannels / (rest.groups ?? 1), kh, kw];
    this.weight = initialized("weight", shape, fansOf(shape), init);
    if (bias) this.bias = initialized("bias", [outChannels], fansOf(shape), biasInit);
  }

  override forward(x: Tensor): Tensor {
    const { inChannels } = this;
    const fits = x.shape.length === 4 && x.shape[1] === inChannels;
    const channelsLast = x.shape.length === 4 && x.shape[3] === inChannels;
    const fix = channelsLast ? "put channels first: permute(x, [0, 3, 1, 2])" : undefined;
    checkGiven("Conv2d", x, fits, "x [N, inChannels, H, W]", { inChannels }, fix);
    return conv2d(x, this.weight, this.bias, this.options);
  }
}
