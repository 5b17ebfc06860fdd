import { type Pair, pair } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { type Conv2dOptions, conv2d } from "../ops/conv2d";
import { fansOf, type Initializer, initialized, uniformByFanIn } from "./init";
import { Module } from "./module";

export interface Conv2dLayerOptions extends Conv2dOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** First values of the weight; default uniform in ±1/√fanIn. */
  readonly init?: Initializer;
}

/** Convolution of pictures, see {@link conv2d}. x [N, inChannels, H, W]; weight [outChannels, inChannels/groups, KH, KW]. */
export class Conv2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;

  /** @param kernelSize a number, or [height, width] */
  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Pair,
    readonly options: Conv2dLayerOptions = {},
  ) {
    super();
    const [kh, kw] = pair(kernelSize);
    const shape = [outChannels, inChannels / (options.groups ?? 1), kh, kw];
    this.weight = initialized("weight", shape, fansOf(shape), options.init ?? uniformByFanIn);
    if (options.bias !== false) this.bias = initialized("bias", [outChannels], fansOf(shape), uniformByFanIn);
  }

  override forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.options);
  }
}
