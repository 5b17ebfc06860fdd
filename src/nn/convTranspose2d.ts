import { type Pair, pair } from "../core/shape";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { type ConvTranspose2dOptions, convTranspose2d } from "../ops/convTranspose2d";
import { checkGiven, checkSizes } from "./given";
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
    this.options = rest;
    checkSizes("ConvTranspose2d", { stride: rest.stride, dilation: rest.dilation, groups: rest.groups });
    checkSizes("ConvTranspose2d", { padding: rest.padding }, 0);
    const [kh, kw] = pair("ConvTranspose2d", kernelSize);
    const shape = [inChannels, outChannels / (rest.groups ?? 1), kh, kw];
    this.weight = initialized("weight", shape, fansOf(shape), init);
    if (bias) this.bias = initialized("bias", [outChannels], fansOf(shape), biasInit);
  }

  override forward(x: Tensor): Tensor {
    const { inChannels } = this;
    const fits = x.shape.length === 4 && x.shape[1] === inChannels;
    checkGiven("ConvTranspose2d", x, fits, "x [N, inChannels, H, W]", { inChannels });
    return convTranspose2d(x, this.weight, this.bias, this.options);
  }
}
