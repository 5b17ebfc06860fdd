import { checkWhole, type Shape } from "../core/shape";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { type ConvTranspose1dOptions, convTranspose1d } from "../ops/convTranspose1d";
import { checkOutputPadding } from "../ops/convTranspose2d";
import { checkChannels, checkGiven } from "./given";
import { fansOf, type Initializer, initialized, uniformByFanIn } from "./init";
import { Module } from "./module";

export interface ConvTranspose1dLayerOptions extends ConvTranspose1dOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** First values of the weight; default uniform in ±1/√fanIn, fanIn = outChannels/groups · K as in PyTorch. */
  readonly init?: Initializer;
  /** First values of the bias; default uniform in ±1/√fanIn. */
  readonly biasInit?: Initializer;
}

/** Transposed convolution of sequences, see {@link convTranspose1d}. x [N, inChannels, L]; weight [inChannels, outChannels/groups, K]. */
export class ConvTranspose1d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly options: ConvTranspose1dOptions;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: number,
    options: ConvTranspose1dLayerOptions = {},
  ) {
    super();
    optionsOf("ConvTranspose1d", options, "stride padding outputPadding dilation groups bias init biasInit");
    const { bias = true, init = uniformByFanIn, biasInit = uniformByFanIn, ...rest } = options;
    const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 } = rest;
    this.options = rest;
    checkChannels("ConvTranspose1d", inChannels, outChannels, groups);
    checkWhole("ConvTranspose1d", { kernelSize, stride, dilation });
    checkWhole("ConvTranspose1d", { padding }, 0);
    checkOutputPadding("ConvTranspose1d", outputPadding, stride, dilation);
    const shape = [inChannels, outChannels / groups, kernelSize];
    this.weight = initialized("weight", shape, fansOf(shape), init);
    if (bias) this.bias = initialized("bias", [outChannels], fansOf(shape), biasInit);
  }

  override forward(x: Tensor): Tensor {
    const { inChannels } = this;
    const fits = (shape: Shape) => shape.length === 3 && shape[1] === inChannels;
    checkGiven("ConvTranspose1d", x, fits, "x [N, inChannels, L]", { inChannels });
    return convTranspose1d(x, this.weight, this.bias, this.options);
  }
}
