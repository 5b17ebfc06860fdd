import { type Pair, pair } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { type ConvTranspose2dOptions, convTranspose2d } from "../ops/convTranspose2d";
import { fansOf, type Initializer, initialized, uniformByFanIn } from "./init";
import { Module } from "./module";

export interface ConvTranspose2dLayerOptions extends ConvTranspose2dOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** First values of the weight; default uniform in ±1/√fanIn, fanIn = outChannels/groups · KH · KW as in PyTorch. */
  readonly init?: Initializer;
}

/** Transposed convolution, see {@link convTranspose2d}. x [N, inChannels, H, W]; weight [inChannels, outChannels/groups, KH, KW]. */
export class ConvTranspose2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;

  /** @param kernelSize a number, or [height, width] */
  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Pair,
    readonly options: ConvTranspose2dLayerOptions = {},
  ) {
    super();
    const [kh, kw] = pair(kernelSize);
    const shape = [inChannels, outChannels / (options.groups ?? 1), kh, kw];
    this.weight = initialized("weight", shape, fansOf(shape), options.init ?? uniformByFanIn);
    if (options.bias !== false) this.bias = initialized("bias", [outChannels], fansOf(shape), uniformByFanIn);
  }

  override forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, this.bias, this.options);
  }
}
