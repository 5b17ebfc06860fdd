import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { type Conv1dOptions, conv1d } from "../ops/conv1d";
import { checkGiven, checkSizes } from "./given";
import { fansOf, type Initializer, initialized, uniformByFanIn } from "./init";
import { Module } from "./module";

export interface Conv1dLayerOptions extends Conv1dOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** First values of the weight; default uniform in ±1/√fanIn. */
  readonly init?: Initializer;
  /** First values of the bias; default uniform in ±1/√fanIn. */
  readonly biasInit?: Initializer;
}

/** Convolution of sequences, see {@link conv1d}. x [N, inChannels, L]; weight [outChannels, inChannels/groups, K]. */
export class Conv1d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly options: Conv1dOptions;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: number,
    options: Conv1dLayerOptions = {},
  ) {
    super();
    optionsOf("Conv1d", options, "stride padding dilation groups bias init biasInit");
    const { bias = true, init = uniformByFanIn, biasInit = uniformByFanIn, ...rest } = options;
    this.options = rest;
    checkSizes("Conv1d", { stride: rest.stride, dilation: rest.dilation, groups: rest.groups });
    if (typeof rest.padding !== "string") checkSizes("Conv1d", { padding: rest.padding }, 0);
    const shape = [outChannels, inChannels / (rest.groups ?? 1), kernelSize];
    this.weight = initialized("weight", shape, fansOf(shape), init);
    if (bias) this.bias = initialized("bias", [outChannels], fansOf(shape), biasInit);
  }

  override forward(x: Tensor): Tensor {
    const { inChannels } = this;
    const fits = x.shape.length === 3 && x.shape[1] === inChannels;
    checkGiven("Conv1d", x, fits, "x [N, inChannels, L]", { inChannels });
    return conv1d(x, this.weight, this.bias, this.options);
  }
}
