import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { assign } from "../graph/assign";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { div } from "./div";
import { mean } from "./mean";
import { mul } from "./mul";
import { reshape } from "./reshape";
import { sqrt } from "./sqrt";
import { square } from "./square";
import { sub } from "./sub";

export interface BatchNormArguments {
  /** States [C]: in training they are moved towards the batch's statistics, else they are used. */
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
  readonly training: boolean;
  /** Share of the new batch in the running statistics; default 0.1. */
  readonly momentum?: number;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
}

/**
 * Batch normalisation, `(x − µ) / √(σ² + eps) · weight + bias` for each channel. In training µ and σ² (biased) are those
 * of the batch, and the running statistics (with the unbiased variance) follow at the end of the step.
 *
 * @param x [N, C] or [N, C, H, W] f32
 * @param weight, bias [C] f32
 * @returns same shape as x
 * @throws ShapeError where channels do not fit, or a channel has one value only while training
 * @see Ioffe and Szegedy 2015, "Batch normalization"
 */
export function batchNorm(x: Tensor, weight: Tensor, bias: Tensor, options: BatchNormArguments): Tensor {
  const { runningMean, runningVar, training, momentum = 0.1, eps = 1e-5 } = options;
  const [, channels] = x.shape;
  if (
    (x.shape.length !== 2 && x.shape.length !== 4) ||
    [weight, bias, runningMean, runningVar].some((t) => t.size !== channels)
  )
    throw new ShapeError("batchNorm", "wants x [N, C] or [N, C, H, W], all else [C]", {
      x: showShape(x.shape),
      weight: showShape(weight.shape),
      runningMean: showShape(runningMean.shape),
    });
  const axes = x.shape.length === 2 ? [0] : [0, 2, 3];
  const alongChannels = (t: Tensor) => reshape(t, [channels!, ...axes.slice(1).map(() => 1)]);
  if (!training) {
    const scale = div(weight, sqrt(add(runningVar, eps)));
    return add(mul(sub(x, alongChannels(runningMean)), alongChannels(scale)), alongChannels(bias));
  }
  const count = x.size / channels!;
  if (count === 1)
    throw new ShapeError(
      "batchNorm",
      "a channel has one value only, so no variance",
      { x: showShape(x.shape) },
      "use a larger batch",
    );
  const batchMean = mean(x, axes);
  const centred = sub(x, alongChannels(batchMean));
  const variance = mean(square(centred), axes);
  const blend = (old: Tensor, now: Tensor) => add(mul(old, 1 - momentum), mul(now, momentum));
  assign(runningMean, blend(runningMean, batchMean), "running mean");
  assign(runningVar, blend(runningVar, mul(variance, count / (count - 1))), "running variance");
  const scale = div(weight, sqrt(add(variance, eps)));
  return add(mul(centred, alongChannels(scale)), alongChannels(bias));
}
