import { checkWhole, type Shape } from "../core/shape";
import { checkEps, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { checkGroups, groupNorm } from "../ops/groupNorm";
import { instanceNorm } from "../ops/instanceNorm";
import { checkGiven } from "./given";
import { constant, initialized } from "./init";
import { Module } from "./module";

export interface GroupNormLayerOptions {
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
  /** Whether there are weight and bias; default true for GroupNorm, false for InstanceNorm2d. */
  readonly affine?: boolean;
}

const NO_FANS = { fanIn: 1, fanOut: 1 };

abstract class AffineNorm extends Module {
  readonly weight: Tensor | undefined;
  readonly bias: Tensor | undefined;
  readonly eps: number;

  constructor(name: string, channels: number, options: GroupNormLayerOptions, affineByDefault: boolean) {
    super();
    const { affine = affineByDefault, eps = 1e-5 } = optionsOf(name, options, "affine eps");
    checkEps(name, eps);
    checkWhole(name, { channels });
    this.eps = eps;
    if (!affine) return;
    this.weight = initialized("weight", [channels], NO_FANS, constant(1));
    this.bias = initialized("bias", [channels], NO_FANS, constant(0));
  }
}

/** Group normalisation over [N, numChannels, …], see {@link groupNorm}; weight and bias [numChannels] unless `affine` is false. */
export class GroupNorm extends AffineNorm {
  constructor(
    readonly numGroups: number,
    readonly numChannels: number,
    options: GroupNormLayerOptions = {},
  ) {
    super("GroupNorm", numChannels, options, true);
    checkGroups("GroupNorm", numChannels, numGroups);
  }

  override forward(x: Tensor): Tensor {
    const { numGroups, numChannels, weight, bias, eps } = this;
    checkGiven("GroupNorm", x, (shape) => shape[1] === numChannels, "x [N, numChannels, …]", { numChannels });
    return groupNorm(x, numGroups, { weight, bias, eps });
  }
}

/** Instance normalisation over [N, numFeatures, H, W], see {@link instanceNorm}; weight and bias only if `affine` (default false). */
export class InstanceNorm2d extends AffineNorm {
  constructor(
    readonly numFeatures: number,
    options: GroupNormLayerOptions = {},
  ) {
    super("InstanceNorm2d", numFeatures, options, false);
  }

  override forward(x: Tensor): Tensor {
    const { numFeatures, weight, bias, eps } = this;
    const fits = (shape: Shape) => shape.length === 4 && shape[1] === numFeatures;
    checkGiven("InstanceNorm2d", x, fits, "x [N, numFeatures, H, W]", { numFeatures });
    return instanceNorm(x, { weight, bias, eps });
  }
}
