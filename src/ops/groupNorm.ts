import groupTotals from "../../shaders/group_totals.wgsl";
import apply from "../../shaders/pointwise/batch_norm.wgsl";
import applyGrad from "../../shaders/pointwise/group_norm_grad.wgsl";
import { ShapeError } from "../core/errors";
import { numel, showShape } from "../core/shape";
import { madeOf } from "../graph/autocast";
import { toFloat } from "../graph/cast";
import { checkDTypes, type KernelOp, record, recordAll } from "../graph/op";
import { checkEps, optionsOf } from "../graph/options";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { addFlowing } from "./add";
import { centredVjp, gradSums, moments } from "./batchNorm";
import { expand } from "./expand";
import { full } from "./full";
import { mul } from "./mul";
import { reshape } from "./reshape";
import { sum } from "./sum";

export interface GroupNormOptions {
  /** [C] f32, factor of each channel; default 1. */
  readonly weight?: Tensor | undefined;
  /** [C] f32, added to each channel; default 0. */
  readonly bias?: Tensor | undefined;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
}

/**
 * Group normalisation, `(x − µ) / √(σ² + eps) · weight + bias`, µ and σ² (biased) over the channels of a group and all
 * positions of one example. The normalisation itself is pointwise and fuses with what follows.
 *
 * @param x [N, C, …], f32 or f16
 * @param numGroups into how many groups of neighbours the channels are split
 * @returns same shape as x, and its dtype; f16 under autocast
 * @throws ShapeError, DTypeError
 * @see Wu and He 2018, "Group normalization"
 */
export const groupNorm = (x: Tensor, numGroups: number, options: GroupNormOptions = {}): Tensor =>
  byGroups("groupNorm", x, numGroups, options);

/** What group and instance normalisation share: checks, and defaults for the operands that are left out. */
export function byGroups(name: string, x: Tensor, groups: number, options: GroupNormOptions): Tensor {
  const { weight, bias, eps = 1e-5 } = optionsOf(name, options, "weight bias eps");
  checkEps(name, eps);
  const [batch, channels] = x.shape;
  const details = {
    x: showShape(x.shape),
    ...(weight && { weight: showShape(weight.shape) }),
    ...(bias && { bias: showShape(bias.shape) }),
  };
  if (x.shape.length < 2 || [weight, bias].some((t) => t && (t.shape.length !== 1 || t.size !== channels)))
    throw new ShapeError(name, "wants x [N, C, …], weight and bias [C]", details);
  checkGroups(name, channels!, groups, details);
  checkDTypes(name, [x], ["f32", "f16"]);
  checkDTypes(
    name,
    [weight, bias].flatMap((t) => t ?? []),
    ["f32"],
  );
  const rest = x.shape.slice(2).map(() => 1);
  const inner = numel(x.shape.slice(2));
  const repeat = channels! / groups;
  const { mean, rstd } = moments(x, { r0: 1, channels: batch! * groups, r1: repeat * inner }, repeat, eps);
  const byExample = (t: Tensor) => reshape(t, [batch!, channels!, ...rest]);
  const byChannel = (t: Tensor | undefined, value: number) =>
    reshape(t ?? full([channels!], value), [channels!, ...rest]);
  const operands = [x, byExample(mean), byExample(rstd), byChannel(weight, 1), byChannel(bias, 0)];
  return toFloat(record(op, operands, { groups }), madeOf(x));
}

interface GroupNormAttrs {
  readonly groups: number;
}

/** As batchNorm's op: the gradient for x includes what flows through mean and rstd, which have none. */
export const op = pointwiseWith<GroupNormAttrs>(
  apply,
  () => [],
  ([x, mean, rstd, weight, _bias], dOut, { groups }) => {
    const [batch, channels, ...positions] = x!.shape as [number, number, ...number[]];
    const [repeat, inner] = [channels / groups, numel(positions)];
    const { sums, products } = gradSums(dOut, x!, mean!, rstd!, { r0: 1, channels: batch * channels, r1: inner });
    const [total, productTotal] = recordAll(totalsOp, [sums, products, weight!], { batch, channels, repeat });
    const byExample = (t: Tensor) => reshape(t, mean!.shape);
    const dx = record(dxOp, [dOut, x!, mean!, rstd!, weight!, byExample(total!), byExample(productTotal!)], {
      count: repeat * inner,
    });
    const overBatch = (t: Tensor) => reshape(sum(reshape(t, [batch, channels]), 0), weight!.shape);
    return [dx, null, null, overBatch(products), overBatch(sums)];
  },
);

interface TotalsAttrs {
  readonly batch: number;
  readonly channels: number;
  /** Channels of a group. */
  readonly repeat: number;
}

/** Two values for each channel of each example, weighted by channel and summed over its group. */
const totalsOp: KernelOp<TotalsAttrs> = {
  kind: "kernel",
  name: "group_totals",
  infer: ([sums]) => [sums!, sums!],
  lower([sums, products, weight], [total, product_total], { channels, repeat }) {
    const len = sums!.size;
    const buffers = { sums: sums!, products: products!, weight: weight!, total: total!, product_total: product_total! };
    return [groupTotals.dispatch({ buffers, params: { len, channels, repeat }, grid: len, flops: 4 * len * repeat })];
  },
  vjp(inputs, dOuts, { batch, channels, repeat }) {
    const split = [batch, channels / repeat, repeat];
    const weight = reshape(inputs[2]!, split.slice(1));
    const spread = dOuts.map((d) => d && expand(sum(reshape(d, split), 2, { keepDims: true }), split));
    const dInputs = spread.map((d) => d && reshape(mul(d, weight), inputs[0]!.shape));
    const dWeight = addFlowing(spread.map((d, i) => d && sum(mul(d, reshape(inputs[i]!, split)), 0)));
    return [dInputs[0]!, dInputs[1]!, dWeight && reshape(dWeight, inputs[2]!.shape)];
  },
};

const dxOp = pointwiseWith<{ count: number }>(
  applyGrad,
  ({ count }) => [1 / count],
  ([dOut, x, mean, rstd, weight, total, productTotal], q, { count }) => {
    const parts = centredVjp(q, mul(dOut!, weight!), [x!, mean!, rstd!, total!, productTotal!], count);
    const { g, total: dTotal, productTotal: dProductTotal } = parts;
    return [mul(g, weight!), parts.x, parts.mean, parts.rstd, mul(g, dOut!), dTotal, dProductTotal];
  },
);

/** @throws ShapeError unless the channels split into as many groups of equal size */
export function checkGroups(
  name: string,
  channels: number,
  groups: number,
  details: Record<string, string> = {},
): void {
  if (!(Number.isInteger(groups) && groups >= 1) || channels % groups)
    throw new ShapeError(name, `${channels} channels do not split into ${groups} groups`, details);
}
