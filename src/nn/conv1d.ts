import type { Tensor } from "../graph/tensor";
import { type Conv1dOptions, conv1d } from "../ops/conv1d";
import { fansOf, type Initializer, initialized, uniformByFanIn } from "./init";
import { Module } from "./module";

export interface Conv1dLayerOptions extends Conv1dOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** First values of the weight; default uniform in ±1/√fanIn. */
  readonly init?: Initializer;
}

/** Convolution of sequences, see {@link conv1d}. x [N, inChannels, L]; weight [outChannels, inChannels/groups, K]. */
export class Conv1d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: number,
    readonly options: Conv1dLayerOptions = {},
  ) {
    super();
    const shape = [outChannels, inChannels / (options.groups ?? 1), kernelSize];
    this.weight = initialized("weight", shape, fansOf(shape), options.init ?? uniformByFanIn);
    if (options.bias !== false) this.bias = initialized("bias", [outChannels], fansOf(shape), uniformByFanIn);
  }

  override forward(x: Tensor): Tensor {
    return conv1d(x, this.weight, this.bias, this.options);
  }
}
