import apply from "../../shaders/pointwise/batch_norm.wgsl";
import applyGrad from "../../shaders/pointwise/group_norm_grad.wgsl";
import { ShapeError } from "../core/errors";
import { numel, type Shape, showShape } from "../core/shape";
import { checkDTypes, noSecondDerivative, record } from "../graph/op";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { gradSums, moments } from "./batchNorm";
import { expand } from "./expand";
import { full } from "./full";
import { mul } from "./mul";
import { reshape } from "./reshape";
import { slice } from "./slice";
import { sum } from "./sum";

export interface GroupNormOptions {
  /** [C] f32, factor of each channel; default 1. */
  readonly weight?: Tensor;
  /** [C] f32, added to each channel; default 0. */
  readonly bias?: Tensor;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
}

/**
 * Group normalisation, `(x − µ) / √(σ² + eps) · weight + bias`, µ and σ² (biased) over the channels of a group and all
 * positions of one example. The normalisation itself is pointwise and fuses with what follows.
 *
 * @param x [N, C, …] f32
 * @param numGroups into how many groups of neighbours the channels are split
 * @returns same shape as x
 * @throws ShapeError, DTypeError
 * @see Wu and He 2018, "Group normalization"
 */
export const groupNorm = (x: Tensor, numGroups: number, options: GroupNormOptions = {}): Tensor =>
  byGroups("groupNorm", x, numGroups, options);

/** What group and instance normalisation share: checks, and operands that are left out. */
export function byGroups(
  name: string,
  x: Tensor,
  groups: number,
  { weight, bias, eps = 1e-5 }: GroupNormOptions,
): Tensor {
  const [batch, channels] = x.shape;
  const details = {
    x: showShape(x.shape),
    ...(weight && { weight: showShape(weight.shape) }),
    ...(bias && { bias: showShape(bias.shape) }),
  };
  if (x.shape.length < 2 || [weight, bias].some((t) => t && (t.shape.length !== 1 || t.size !== channels)))
    throw new ShapeError(name, "wants x [N, C, …], weight and bias [C]", details);
  if (!(Number.isInteger(groups) && groups >= 1) || channels! % groups)
    throw new ShapeError(name, `${channels} channels do not split into ${groups} groups`, details);
  checkDTypes(name, [x, ...[weight, bias].flatMap((t) => t ?? [])], ["f32"]);
  const rest = x.shape.slice(2).map(() => 1);
  const inner = numel(x.shape.slice(2));
  const repeat = channels! / groups;
  const { mean, rstd } = moments(x, { r0: 1, channels: batch! * groups, r1: repeat * inner }, repeat, eps);
  const byExample = (t: Tensor) => reshape(t, [batch!, channels!, ...rest]);
  const byChannel = (t: Tensor | undefined, value: number) =>
    reshape(t ?? full([channels!], value), [channels!, ...rest]);
  return record(op, [x, byExample(mean), byExample(rstd), byChannel(weight, 1), byChannel(bias, 0)], { groups });
}

interface GroupNormAttrs {
  readonly groups: number;
}

/** As batchNorm's op: the gradient for x is the whole one, and there is none for mean and rstd. */
export const op = pointwiseWith<GroupNormAttrs>(
  apply,
  () => [],
  ([x, mean, rstd, weight, bias], dOut, { groups }) => {
    const [batch, channels, ...positions] = x!.shape as [number, number, ...number[]];
    const [repeat, inner] = [channels / groups, numel(positions)];
    const sums = gradSums(dOut, x!, mean!, rstd!, { r0: 1, channels: batch * channels, r1: inner });
    const affine = sum(reshape(sums, [2, batch, channels]), 1);
    const row = (t: Tensor, i: number, shape: Shape) => reshape(slice(t, 0, i, i + 1), shape);
    // Σ g and Σ g·x̂, g = dOut · weight, over each group, at each of its channels.
    const split = [2, batch, groups, repeat];
    const weighted = sum(mul(reshape(sums, split), reshape(weight!, [groups, repeat])), 3, { keepDims: true });
    const ofGroup = reshape(expand(weighted, split), [2, batch * channels]);
    const dx = record(
      dxOp,
      [dOut, x!, mean!, rstd!, weight!, row(ofGroup, 0, mean!.shape), row(ofGroup, 1, mean!.shape)],
      { count: repeat * inner },
    );
    return [dx, null, null, row(affine, 1, weight!.shape), row(affine, 0, bias!.shape)];
  },
);

const dxOp = pointwiseWith<{ count: number }>(
  applyGrad,
  ({ count }) => [1 / count],
  noSecondDerivative("group_norm_grad"),
);
