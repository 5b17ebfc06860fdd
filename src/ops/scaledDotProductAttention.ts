import { isFloat } from "../core/dtype";
import { DTypeError, ShapeError } from "../core/errors";
import { broadcastShapes, type Shape, type Spec, sameShape, showShape } from "../core/shape";
import {
  type Attention,
  attentionDispatches,
  attentionGradDispatches,
  attentionGradWays,
  attentionWays,
  MAX_SIZE,
  type Place,
} from "../families/attention";
import { matched } from "../graph/autocast";
import { vjpOf } from "../graph/autograd";
import { toFloat, widened } from "../graph/cast";
import { defaultGenerator, type Generator, useGenerator } from "../graph/generator";
import { checkDTypes, checkFloats, checkTensors, type KernelOp, record, recordAll } from "../graph/op";
import { optionsOf } from "../graph/options";
import { data, type Tensor } from "../graph/tensor";
import { add } from "./add";
import { arange } from "./arange";
import { cast } from "./cast";
import { dropout, op as dropoutOp } from "./dropout";
import { less } from "./less";
import { lessEqual } from "./lessEqual";
import { logicalAnd } from "./logicalAnd";
import { matmul } from "./matmul";
import { mul } from "./mul";
import { pad } from "./pad";
import { permute } from "./permute";
import { reshape } from "./reshape";
import { slice } from "./slice";
import { softmax } from "./softmax";
import { GRADIENT_OPS } from "./sum";
import { unsqueeze } from "./unsqueeze";
import { where } from "./where";

export interface AttentionOptions {
  /** Query i sees keys 0 … i only; default false. */
  readonly causal?: boolean;
  /** i32 [B]: how many keys of each example count, from the first on; the others are padding. Default all. */
  readonly lengths?: Tensor | undefined;
  /** Factor of the scores; default 1/√E. */
  readonly scale?: number;
  /**
   * Probability that a weight is dropped, 0 ≤ p < 1; the others are scaled by 1/(1 − p). Default 0.
   * Weights are numbered in 32 bits: with more than 2³² of them (B · H · Tq · Tk), the pattern repeats.
   */
  readonly dropout?: number;
  /** Where dropout's random numbers come from; default the engine-wide generator. */
  readonly generator?: Generator | undefined;
}

export interface MaskedAttentionOptions extends AttentionOptions {
  /** Broadcasts to [B, H, Tq, Tk]. f32: added to the scores. u32: 1 where a query may see a key, 0 where not. */
  readonly mask?: Tensor | undefined;
}

/**
 * Attention, `softmax(scale · q·kᵀ + mask) · v`, for each head of each example. Queries that may see no key give zeros and
 * send no gradient. The scores are not stored, except with a `mask`: only the log-sum-exp of each query's scores is kept.
 * Operands and result are f32, or all f16 (under autocast, or where one of them is); sums are f32.
 *
 * @param query [B, H, Tq, E], or [B, Tq, E] for one head; E at most 128, or any with a `mask`
 * @param key [B, H, Tk, E], or [B, Tk, E]
 * @param value of the shape of `key`
 * @returns the shape of `query`
 * @throws ShapeError, DTypeError
 * @see Vaswani et al. 2017, "Attention is all you need", §3.2.1; Dao et al. 2022, "FlashAttention"
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: MaskedAttentionOptions = {},
): Tensor {
  const name = "scaledDotProductAttention";
  optionsOf(name, options, "mask causal lengths scale dropout generator");
  checkTensors(name, [query, key, value]);
  const [q, k, v] = matched(query, key, value) as [Tensor, Tensor, Tensor];
  const operands = { q: showShape(q.shape), k: showShape(k.shape), v: showShape(v.shape) };
  checkFloats(name, [q, k, v]);
  const rank = q.shape.length;
  if ((rank !== 3 && rank !== 4) || k.shape.length !== rank || !sameShape(k.shape, v.shape))
    throw new ShapeError(name, "q, k and v must be [B, H, T, E] or [B, T, E], and k like v", operands);
  const [tq, e] = q.shape.slice(-2) as [number, number];
  const tk = k.shape.at(-2)!;
  if (!sameShape(q.shape.slice(0, -2), k.shape.slice(0, -2)) || k.shape.at(-1) !== e)
    throw new ShapeError(name, "q and k differ in more than the number of rows", operands);
  const [batch, heads] = [q.shape[0]!, rank === 4 ? q.shape[1]! : 1];
  if (options.mask) return attentionByParts(q, k, v, options);
  const layout = (size: number) => {
    const of = (rows: number): Place => ({ at: 0, batch: heads * rows * size, head: rows * size, row: size });
    return { shape: [...q.shape.slice(0, -1), size], q: of(tq), k: of(tk), v: of(tk), out: of(tq) };
  };
  return recordAttention(name, [q, k, v], { batch, heads, rows: tq, keys: tk, size: e }, layout, options);
}

type Sizes = Pick<Attention, "batch" | "heads" | "rows" | "keys" | "size">;

/** The shape of the result, and where the result and the operands lie in their tensors. */
type Layout = Pick<Attention, "q" | "k" | "v" | "out"> & { readonly shape: Shape };

/**
 * Attention by the fused kernels. They take heads whose size is a multiple of four: others are padded with zeros, which change no
 * score, and the result is cut to their size.
 * @param tensors rows of heads side by side: one tensor that holds q, k and v; or q and one that holds k and v; or all three
 * @param layout for heads of `size` elements
 */
export function recordAttention(
  name: string,
  tensors: readonly Tensor[],
  sizes: Sizes,
  layout: (size: number) => Layout,
  {
    causal = false,
    lengths,
    scale = 1 / Math.sqrt(sizes.size),
    dropout: p = 0,
    generator = defaultGenerator,
  }: AttentionOptions,
): Tensor {
  if (sizes.size > MAX_SIZE) throw new ShapeError(name, `head size ${sizes.size}`, { allowed: `1 … ${MAX_SIZE}` });
  checkOptions(name, sizes.batch, p, lengths);
  const size = 4 * Math.ceil(sizes.size / 4);
  const whole = tensors.map((t) => withHeadsOf(t, sizes.size, size));
  const inputs = [...whole, ...(lengths ? [lengths] : []), ...(p > 0 ? [generator.state] : [])];
  const stream = p > 0 ? useGenerator(generator) : 0;
  const attrs = { ...sizes, ...layout(size), size, causal, scale, p, stream, tensors: tensors.length };
  return withHeadsOf(recordAll(op, inputs, attrs)[0]!, size, sizes.size);
}

/** Rows of heads side by side, each head padded with zeros or cut from `size` to `wanted` elements. */
function withHeadsOf(t: Tensor, size: number, wanted: number): Tensor {
  if (size === wanted) return t;
  const rows = t.shape.slice(0, -1);
  const heads = reshape(t, [...rows, -1, size]);
  const cut =
    wanted < size ? slice(heads, -1, 0, wanted) : toFloat(pad(heads, [0, wanted - size]), t.dtype as "f32" | "f16");
  return reshape(cut, [...rows, -1]);
}

function checkOptions(name: string, batch: number, p: number, lengths: Tensor | undefined): void {
  if (!(p >= 0 && p < 1)) throw new ShapeError(name, `dropout probability ${p}`, { wants: "0 ≤ p < 1" });
  if (!lengths) return;
  if (lengths.dtype !== "i32") throw new DTypeError(name, `lengths have dtype ${lengths.dtype}`, { wants: "i32" });
  const sizes = { lengths: showShape(lengths.shape), examples: String(batch) };
  if (!sameShape(lengths.shape, [batch])) throw new ShapeError(name, "lengths must be one number an example", sizes);
}

interface AttentionAttrs extends Attention {
  /** Inputs that hold q, k and v; after them lengths and random state, where there are any. */
  readonly tensors: number;
  readonly shape: Shape;
}

/** q, k and v among the inputs. */
const threeOf = (inputs: readonly Tensor[], n: number) => ({
  q: inputs[0]!,
  k: inputs[n === 1 ? 0 : 1]!,
  v: inputs[n - 1]!,
});

/** Whether the inputs include lengths: after the tensors of q, k and v, and before the random state. */
const hasLengths = (inputs: readonly Tensor[], { tensors, p }: Pick<AttentionAttrs, "tensors" | "p">): boolean =>
  inputs.length - tensors > (p > 0 ? 1 : 0);

export const op: KernelOp<AttentionAttrs> = {
  kind: "kernel",
  name: "attention",
  halves: true,
  infer: ([q], { batch, heads, rows, shape }) => [
    { shape, dtype: q!.dtype },
    { shape: [batch, heads, rows, 4], dtype: "u32" },
  ],
  lower(inputs, [out, stats], { tensors, shape: _, ...a }, target) {
    const random = a.p > 0 ? inputs.at(-1) : undefined;
    const lengths = hasLengths(inputs, { tensors, p: a.p }) ? inputs[tensors] : undefined;
    return attentionDispatches(a, { ...threeOf(inputs, tensors), out: out!, stats: stats!, lengths, random }, target);
  },
  ways: (inputs, attrs, target) => attentionWays(attrs, hasLengths(inputs, attrs), target),
  vjp(inputs, [dOut], attrs, [out, stats]) {
    const tensors = inputs.slice(0, attrs.tensors);
    const from = toFloat(dOut!, out!.dtype as "f32" | "f16");
    const grads = recordAll(grad, [...tensors, out!, stats!, from], attrs);
    const rest = inputs.slice(attrs.tensors).map(() => null);
    if (attrs.tensors < 3) return [...grads, ...rest];
    const half = (i: number) => reshape(slice(grads[1]!, 0, i, i + 1), inputs[1]!.shape);
    return [grads[0]!, half(0), half(1), ...rest];
  },
};

/** A gradient for each tensor; where k and v are tensors of their own, theirs are the halves of one. */
const grad: KernelOp<AttentionAttrs> = {
  kind: "kernel",
  name: "attention_grad",
  halves: true,
  infer: (inputs, { tensors }) =>
    tensors < 3
      ? inputs.slice(0, tensors)
      : [inputs[0]!, { shape: [2, ...inputs[1]!.shape] as const, dtype: inputs[1]!.dtype } satisfies Spec],
  lower(inputs, outs, { tensors, shape: _, ...a }, target) {
    const [out, stats, dOut] = inputs.slice(tensors) as [Tensor, Tensor, Tensor];
    const dvAt = tensors < 3 ? a.v.at : inputs[1]!.size;
    const made = { dq: outs[0]!, dkv: outs.at(-1)!, dvAt };
    return attentionGradDispatches(a, { ...threeOf(inputs, tensors), out, stats, dOut, ...made }, target);
  },
  ways: (_, attrs, target) => attentionGradWays(attrs, target),
  sample(inputs, attrs) {
    const tensors = inputs.slice(0, attrs.tensors);
    const state = attrs.p > 0 ? [data({ shape: [2], dtype: "u32" }, Uint32Array.of(1, 1))] : [];
    return [...tensors, ...recordAll(op, [...tensors, ...state], attrs), inputs.at(-1)!];
  },
  /** That of the same gradients, made of products that store the weights: a pass of each kind in turn. */
  vjp(inputs, seeds, attrs) {
    const n = attrs.tensors;
    const wide = inputs.map((t) => (isFloat(t.dtype) ? widened(t) : t));
    const [, stats, dOut] = wide.slice(n) as [Tensor, Tensor, Tensor];
    const forward = (tensors: readonly Tensor[]) => [attentionOf(tensors, stats, attrs)];
    const back = (given: readonly Tensor[]) =>
      vjpOf(forward, given.slice(0, n), [given[n]!], GRADIENT_OPS).map((t) => t!);
    const half = (i: number) => seeds[1] && reshape(slice(seeds[1], 0, i, i + 1), inputs[1]!.shape);
    const flowing = (n < 3 ? seeds : [seeds[0]!, half(0)!, half(1)!]).map((t) => t && widened(t));
    const made = vjpOf(back, [...wide.slice(0, n), dOut], flowing, GRADIENT_OPS);
    return [...made.slice(0, n), null, null, made[n]!];
  },
};

/** The attention of {@link op} by ops. @param stats say which keys each query sees, and what dropout drops */
function attentionOf(tensors: readonly Tensor[], stats: Tensor, { shape, ...a }: AttentionAttrs): Tensor {
  const { batch, heads, rows, keys, size, p, stream } = a;
  const inHeads = (t: Tensor, { at, row }: Place, count: number) => {
    if (row === size) return reshape(t, [batch, heads, count, size]);
    const part = slice(reshape(t, [batch, count, row]), 2, at, at + heads * size);
    return permute(reshape(part, [batch, count, heads, size]), [0, 2, 1, 3]);
  };
  const { q, k, v } = threeOf(tensors, a.tensors);
  const scores = matmul(mul(inHeads(q, a.q, rows), a.scale), inHeads(k, a.k, keys), { transB: true });
  const lengths = reshape(cast(slice(reshape(stats, [batch, -1]), 1, 1, 2), "i32"), [batch]);
  const weights = attentionWeights("attention_grad", scores, { causal: a.causal, lengths });
  const state = slice(reshape(stats, [-1]), 0, 2, 4);
  const out = matmul(p > 0 ? record(dropoutOp, [weights, state], { p, stream }) : weights, inHeads(v, a.v, keys));
  return reshape(a.out.row === size ? out : permute(out, [0, 2, 1, 3]), shape);
}

/**
 * The same by products and a softmax, which store the scores: where a mask is given, and as the reference for the fused kernels.
 * @param q, k, v see {@link scaledDotProductAttention}, which says the rest
 */
export function attentionByParts(q: Tensor, k: Tensor, v: Tensor, options: MaskedAttentionOptions = {}): Tensor {
  const scaled = mul(q, options.scale ?? 1 / Math.sqrt(q.shape.at(-1)!));
  const weights = attentionWeights("scaledDotProductAttention", matmul(scaled, k, { transB: true }), options);
  return matmul(weights, v);
}

/** A score so low that its exponential is 0. */
const NOWHERE = -1e30;

/** Weights from scores [B, .., Tq, Tk]: their softmax over the keys that a query may see, with dropout. */
export function attentionWeights(
  name: string,
  scores: Tensor,
  { causal = false, lengths, mask, dropout: p = 0, generator }: Omit<MaskedAttentionOptions, "scale">,
): Tensor {
  checkOptions(name, scores.shape[0]!, p, lengths);
  const insides: Tensor[] = [];
  if (causal || lengths) insides.push(attends(scores.shape, causal, lengths));
  if (mask) checkMask(name, mask, scores.shape);
  if (mask?.dtype === "u32") insides.push(mask);
  const shifted = mask && isFloat(mask.dtype) ? add(scores, mask) : scores;
  if (!insides.length) return dropout(softmax(shifted), p, { generator });
  const inside = insides.reduce((a, b) => logicalAnd(a, b));
  const weights = softmax(where(inside, shifted, NOWHERE));
  return dropout(where(inside, weights, 0), p, { generator });
}

/** @throws ShapeError, DTypeError unless the mask fits the scores */
function checkMask(name: string, mask: Tensor, scores: Shape): void {
  checkDTypes(`${name}: mask`, [mask], ["f32", "u32"]);
  const joined = mask.shape.length <= scores.length ? broadcastShapes(name, [mask.shape, scores]) : mask.shape;
  if (!sameShape(joined, scores))
    throw new ShapeError(name, "the mask does not broadcast to the scores", {
      mask: showShape(mask.shape),
      scores: showShape(scores),
    });
}

/** u32 [B or 1, …, Tq, Tk]: 1 where the query may see the key. */
function attends(scores: Shape, causal: boolean, lengths: Tensor | undefined): Tensor {
  const [tq, tk] = scores.slice(-2) as [number, number];
  const key = unsqueeze(arange(tk), 0);
  const parts = lengths ? [less(key, reshape(lengths, [lengths.size, ...scores.slice(1).map(() => 1)]))] : [];
  if (causal) parts.push(lessEqual(key, unsqueeze(arange(tq), 1)));
  return parts.reduce((a, b) => logicalAnd(a, b));
}
