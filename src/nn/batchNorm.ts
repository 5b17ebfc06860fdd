import { checkWhole } from "../core/shape";
import { checkEps, checkOption, optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { batchNorm } from "../ops/batchNorm";
import { checkGiven } from "./given";
import { constant, initialized } from "./init";
import { Module } from "./module";

export interface BatchNormOptions {
  /** Share of the new batch in the running statistics; default 0.1. */
  readonly momentum?: number;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
}

/**
 * Batch normalisation over [N, C], [N, C, L] or [N, C, H, W], see {@link batchNorm}.
 * @see Ioffe and Szegedy 2015, "Batch normalization"
 */
export class BatchNorm extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;

  constructor(
    readonly numFeatures: number,
    readonly options: BatchNormOptions = {},
  ) {
    super();
    const { momentum = 0.1, eps = 1e-5 } = optionsOf("BatchNorm", options, "momentum eps");
    checkEps("BatchNorm", eps);
    const isShare = typeof momentum === "number" && momentum >= 0 && momentum <= 1;
    checkOption("BatchNorm", "momentum", momentum, isShare, "0 … 1");
    checkWhole("BatchNorm", { numFeatures });
    const shape = [numFeatures];
    const fans = { fanIn: numFeatures, fanOut: numFeatures };
    this.weight = initialized("weight", shape, fans, constant(1));
    this.bias = initialized("bias", shape, fans, constant(0));
    this.runningMean = state("running_mean", { shape, dtype: "f32" });
    this.runningVar = state("running_var", { shape, dtype: "f32" }, () => new Float32Array(numFeatures).fill(1));
  }

  override forward(x: Tensor): Tensor {
    const { numFeatures, runningMean, runningVar, training, options } = this;
    checkGiven("BatchNorm", x, (shape) => shape[1] === numFeatures, "x [N, numFeatures, …]", { numFeatures });
    return batchNorm(x, this.weight, this.bias, { runningMean, runningVar, training, ...options });
  }
}
