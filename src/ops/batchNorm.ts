import apply from "../../shaders/pointwise/batch_norm.wgsl";
import applyGrad from "../../shaders/pointwise/batch_norm_grad.wgsl";
import scaledAbout from "../../shaders/pointwise/scaled_about.wgsl";
import followKernel from "../../shaders/running_statistics.wgsl";
import { ShapeError } from "../core/errors";
import { numel, showShape } from "../core/shape";
import { type Channels, type MomentOptions, momentDispatches, normGradSums } from "../families/moments";
import { madeOf } from "../graph/autocast";
import { stored, toFloat } from "../graph/cast";
import { checkDTypes, checkTensors, type KernelOp, record, recordAll } from "../graph/op";
import { checkEps, checkOption, optionsOf } from "../graph/options";
import { pointwiseWith } from "../graph/pointwise";
import { Tensor } from "../graph/tensor";
import { recordUpdate } from "../graph/trace";
import { add, addFlowing } from "./add";
import { div } from "./div";
import { expand } from "./expand";
import { full } from "./full";
import { mul } from "./mul";
import { neg } from "./neg";
import { reshape } from "./reshape";
import { slice } from "./slice";
import { sqrt } from "./sqrt";
import { sub } from "./sub";
import { sum } from "./sum";

export interface BatchNormArguments {
  /** State [C]: in training it moves towards the mean of the batch, else it is the mean that is used. */
  readonly runningMean: Tensor;
  /** State [C], the same for the variance. */
  readonly runningVar: Tensor;
  /** Whether the statistics of the batch are used, and followed; else the running ones. */
  readonly training: boolean;
  /** Share of the new batch in the running statistics; default 0.1. */
  readonly momentum?: number;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
}

/**
 * Batch normalisation, `(x − µ) / √(σ² + eps) · weight + bias` for each channel. In training µ and σ² (biased) are those
 * of the batch, and at the end of the step the running statistics move towards them (with the unbiased variance); else the
 * running statistics are used. Statistics are joined from parts without cancellation; the rest is pointwise and fuses with what
 * follows.
 *
 * @param x [N, C], [N, C, L] or [N, C, H, W], f32 or f16
 * @param weight [C] f32
 * @param bias [C] f32
 * @returns same shape as x, and its dtype; f16 under autocast
 * @throws ShapeError where channels do not fit, or a channel has a single value in training; DTypeError
 * @see Ioffe and Szegedy 2015, "Batch normalization"
 */
export function batchNorm(x: Tensor, weight: Tensor, bias: Tensor, options: BatchNormArguments): Tensor {
  const {
    runningMean,
    runningVar,
    training,
    momentum = 0.1,
    eps = 1e-5,
  } = optionsOf("batchNorm", options, "runningMean runningVar training momentum eps");
  checkEps("batchNorm", eps);
  checkOption("batchNorm", "momentum", momentum, momentum >= 0 && momentum <= 1, "0 … 1");
  checkTensors("batchNorm", [x, weight, bias]);
  for (const [name, t] of Object.entries({ runningMean, runningVar }))
    checkOption("batchNorm", name, t, t instanceof Tensor, "a state [C]");
  const [batch, channels] = x.shape;
  if (x.shape.length < 2 || [weight, bias, runningMean, runningVar].some((t) => t.size !== channels))
    throw new ShapeError("batchNorm", "wants x [N, C, …], all else [C]", {
      x: showShape(x.shape),
      weight: showShape(weight.shape),
      bias: showShape(bias.shape),
      runningMean: showShape(runningMean.shape),
      runningVar: showShape(runningVar.shape),
    });
  checkDTypes("batchNorm", [x], ["f32", "f16"]);
  checkDTypes("batchNorm", [weight, bias, runningMean, runningVar], ["f32"]);
  const made = madeOf(x);
  const alongChannels = (t: Tensor) => reshape(t, [channels!, ...x.shape.slice(2).map(() => 1)]);
  const dims = { r0: batch!, channels: channels!, r1: numel(x.shape.slice(2)) };
  if (!training) {
    const scale = div(weight, sqrt(add(runningVar, eps)));
    return toFloat(record(scaled, [x, ...[runningMean, scale, bias].map(alongChannels)], dims), made);
  }
  const count = x.size / channels!;
  if (count === 1)
    throw new ShapeError(
      "batchNorm",
      "a channel has one value only, so no variance",
      { x: showShape(x.shape) },
      "use a larger batch",
    );
  const { mean, variance, rstd } = moments(x, dims, 1, eps);
  follow({ runningMean, runningVar, momentum, mean, variance }, count / (count - 1));
  return toFloat(record(op, [x, ...[mean, rstd, weight, bias].map(alongChannels)], dims), made);
}

/** Records that the running statistics move towards those of the batch once the step has been computed. */
function follow(
  {
    runningMean,
    runningVar,
    momentum,
    mean,
    variance,
  }: Record<"mean" | "variance", Tensor> &
    Required<Pick<BatchNormArguments, "runningMean" | "runningVar" | "momentum">>,
  unbias: number,
): void {
  recordUpdate({
    name: `running statistics (momentum ${momentum}, unbias ${unbias})`,
    reads: [mean, variance],
    writes: [runningMean, runningVar],
    lower: () => [
      followKernel.dispatch({
        buffers: { mean, variance, running_mean: runningMean, running_var: runningVar },
        params: { len: mean.size, momentum, unbias },
        grid: mean.size,
      }),
    ],
  });
}

/**
 * `(x − mean) · rstd · weight + bias` with mean and rstd = 1/√(σ² + eps) of x itself. Its gradient for x includes what flows
 * through mean and rstd, so for these two there is none.
 */
export const op = pointwiseWith<Channels>(
  apply,
  () => [],
  ([x, mean, rstd, weight, bias], dOut, dims) => {
    const { sums, products } = gradSums(dOut, x!, mean!, rstd!, dims);
    const [dBias, product] = [reshape(sums, bias!.shape), reshape(products, bias!.shape)];
    const dx = record(dxOp, [dOut, x!, mean!, rstd!, weight!, dBias, product], { count: dims.r0 * dims.r1 });
    return [dx, null, null, product, dBias];
  },
);

/** `(x − mean) · scale + bias` with numbers that do not depend on x. Both sums of its gradient come from one reading. */
const scaled = pointwiseWith<Channels>(
  scaledAbout,
  () => [],
  ([x, mean, scale, bias], dOut, dims) => {
    const { sums, products } = gradSums(dOut, x!, mean!, full([dims.channels], 1), dims);
    const dBias = reshape(sums, bias!.shape);
    return [mul(dOut, scale!), neg(mul(dBias, scale!)), reshape(products, scale!.shape), dBias];
  },
);

const dxOp = pointwiseWith<{ count: number }>(
  applyGrad,
  ({ count }) => [1 / count],
  ([dOut, x, mean, rstd, weight, total, productTotal], q, { count }) => {
    const parts = centredVjp(mul(q, weight!), dOut!, [x!, mean!, rstd!, total!, productTotal!], count);
    return [parts.g, parts.x, parts.mean, parts.rstd, mul(q, parts.value), parts.total, parts.productTotal];
  },
);

/**
 * The value of `rstd · (g − (total + x̂ · productTotal)/n)`, x̂ = (x − mean) · rstd, of which the dx of batch and group
 * normalisation are made, and its vector-Jacobian product for each of its operands.
 */
export function centredVjp(
  q: Tensor,
  g: Tensor,
  [x, mean, rstd, total, productTotal]: readonly [Tensor, Tensor, Tensor, Tensor, Tensor],
  count: number,
) {
  const centred = sub(x, mean);
  const normalised = mul(centred, rstd);
  const inner = sub(g, mul(add(total, mul(normalised, productTotal)), 1 / count));
  const scaled = mul(q, rstd);
  const share = mul(scaled, -1 / count);
  const dx = mul(mul(share, rstd), productTotal);
  return {
    value: mul(rstd, inner),
    g: scaled,
    x: dx,
    mean: neg(dx),
    rstd: add(mul(q, inner), mul(mul(share, centred), productTotal)),
    total: share,
    productTotal: mul(share, normalised),
  };
}

interface MomentsAttrs extends Channels, MomentOptions {}

const momentsOp: KernelOp<MomentsAttrs> = {
  kind: "kernel",
  name: "moments",
  halves: true,
  infer(_, { channels, repeat }) {
    const spec = { shape: [channels * repeat], dtype: "f32" } as const;
    return [spec, spec, spec];
  },
  lower: ([x], outs, attrs, target) =>
    momentDispatches(x!, outs as readonly Tensor[] as readonly [Tensor, Tensor, Tensor], attrs, attrs, target),
  // rstd = (σ² + eps)^−½, so that dσ² = dVariance − ½ rstd³ · dRstd; and ∂σ²/∂x = 2 (x − µ)/(n − correction).
  vjp([x], [dMean, dVariance, dRstd], { r0, channels, r1, repeat, correction }, [mean, , rstd]) {
    const columns = (t: Tensor) => reshape(t, [channels, repeat]);
    const first = (t: Tensor) => slice(columns(t), 1, 0, 1);
    const total = (t: Tensor) => (repeat === 1 ? columns(t) : sum(columns(t), 1, { keepDims: true }));
    const r = first(rstd!);
    const each = 1 / (r0 * r1 - correction);
    const slope = addFlowing([
      dVariance && mul(mul(total(dVariance), 2), each),
      dRstd && mul(mul(mul(mul(mul(r, r), r), total(dRstd)), -1), each),
    ]);
    const all = [r0, channels, r1];
    const dx = addFlowing([
      slope && mul(sub(reshape(x!, all), first(mean!)), slope),
      dMean && expand(mul(total(dMean), 1 / (r0 * r1)), all),
    ]);
    return [dx && reshape(dx, x!.shape)];
  },
};

/** Mean, variance (biased, unless corrected) and 1/√(variance + eps) of each channel of x, each `repeat` times: [channels · repeat]. */
export function moments(x: Tensor, dims: Channels, repeat: number, eps: number, correction = 0) {
  const [mean, variance, rstd] = recordAll(momentsOp, [x], { ...dims, repeat, correction, eps });
  return { mean: mean!, variance: variance!, rstd: rstd! };
}

const gradSumsOp: KernelOp<Channels> = {
  kind: "kernel",
  name: "norm_grad_sums",
  halves: true,
  infer(_, { channels }) {
    const spec = { shape: [channels], dtype: "f32" } as const;
    return [spec, spec];
  },
  lower: ([dOut, x, mean, rstd], [sums, products], dims, target) =>
    normGradSums({ d_out: dOut!, x: x!, mean: mean!, rstd: rstd! }, [sums!, products!], dims, target),
  vjp([dOut, x, mean, rstd], [dSums, dProducts], { r0, channels, r1 }, [sums, products]) {
    const row = (t: Tensor) => reshape(t, [channels, 1]);
    const [m, r] = [row(mean!), row(rstd!)];
    const d = dSums ? row(dSums) : 0;
    const product = dProducts ? row(dProducts) : full([1], 0);
    const all = [r0, channels, r1];
    const normalised = mul(sub(reshape(x!, all), m), r);
    return [
      reshape(add(mul(normalised, product), d), dOut!.shape),
      reshape(mul(mul(reshape(dOut!, all), r), product), x!.shape),
      reshape(neg(mul(mul(r, product), row(sums!))), mean!.shape),
      reshape(div(mul(product, row(products!)), r), rstd!.shape),
    ];
  },
};

/** [channels] each: Σ dOut and Σ dOut · (x − mean) · rstd over each channel. */
export function gradSums(dOut: Tensor, x: Tensor, mean: Tensor, rstd: Tensor, { r0, channels, r1 }: Channels) {
  const [sums, products] = recordAll(gradSumsOp, [stored(dOut), x, mean, rstd], { r0, channels, r1 });
  return { sums: sums!, products: products! };
}
