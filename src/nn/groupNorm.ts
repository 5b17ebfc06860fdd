import type { Tensor } from "../graph/tensor";
import { groupNorm } from "../ops/groupNorm";
import { instanceNorm } from "../ops/instanceNorm";
import { constant, initialized } from "./init";
import { Module } from "./module";

export interface GroupNormLayerOptions {
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
  /** Whether there are weight and bias. */
  readonly affine?: boolean;
}

const NO_FANS = { fanIn: 1, fanOut: 1 };

abstract class AffineNorm extends Module {
  readonly weight: Tensor | undefined;
  readonly bias: Tensor | undefined;
  readonly eps: number;

  constructor(channels: number, affine: boolean, eps = 1e-5) {
    super();
    this.eps = eps;
    if (!affine) return;
    this.weight = initialized("weight", [channels], NO_FANS, constant(1));
    this.bias = initialized("bias", [channels], NO_FANS, constant(0));
  }

  protected get operands() {
    const { weight, bias, eps } = this;
    return { ...(weight && { weight }), ...(bias && { bias }), eps };
  }
}

/** Group normalisation over [N, numChannels, …], see {@link groupNorm}; weight and bias [numChannels] unless `affine` is false. */
export class GroupNorm extends AffineNorm {
  constructor(
    readonly numGroups: number,
    readonly numChannels: number,
    { affine = true, eps }: GroupNormLayerOptions = {},
  ) {
    super(numChannels, affine, eps);
  }

  override forward(x: Tensor): Tensor {
    return groupNorm(x, this.numGroups, this.operands);
  }
}

/** Instance normalisation over [N, numFeatures, H, W], see {@link instanceNorm}; weight and bias only if `affine` (default false). */
export class InstanceNorm2d extends AffineNorm {
  constructor(
    readonly numFeatures: number,
    { affine = false, eps }: GroupNormLayerOptions = {},
  ) {
    super(numFeatures, affine, eps);
  }

  override forward(x: Tensor): Tensor {
    return instanceNorm(x, this.operands);
  }
}
