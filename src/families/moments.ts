import momentsKernel from "../../shaders/moments.wgsl";
import momentsByFour from "../../shaders/moments_by_four.wgsl";
import momentsColumns from "../../shaders/moments_columns.wgsl";
import momentsColumnsTree from "../../shaders/moments_columns_tree.wgsl";
import joinKernel from "../../shaders/moments_join.wgsl";
import joinTree from "../../shaders/moments_join_tree.wgsl";
import momentsTree from "../../shaders/moments_tree.wgsl";
import momentsTreeByFour from "../../shaders/moments_tree_by_four.wgsl";
import sumsJoin from "../../shaders/norm_grad_join.wgsl";
import sumsKernel from "../../shaders/norm_grad_sums.wgsl";
import sumsByFour from "../../shaders/norm_grad_sums_by_four.wgsl";
import sumsColumns from "../../shaders/norm_grad_sums_columns.wgsl";
import sumsColumnsTree from "../../shaders/norm_grad_sums_columns_tree.wgsl";
import sumsTree from "../../shaders/norm_grad_sums_tree.wgsl";
import sumsTreeByFour from "../../shaders/norm_grad_sums_tree_by_four.wgsl";
import { scratch, type Tensor, unused } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { joinedParts, lanesJoining, MANY_PARTS } from "./parts";
import { BUSY_GROUPS, busyInvocations, LONG_COLUMNS, PAGES } from "./reductions";
import { byTree, columnParts, inRounds, rowGroups } from "./rowwise";

/** A tensor seen as [r0, channels, r1]; moments are taken over r0 and r1. */
export interface Channels {
  readonly r0: number;
  readonly channels: number;
  readonly r1: number;
}

/** The most parts of a channel that one invocation joins: more where that is little work in all. */
const maxParts = (channels: number) => (channels < 16 ? 256 : 64);

/** How each channel is cut into parts, and which kernel takes them. */
function split({ r0, channels, r1 }: Channels, target: Target) {
  const count = r0 * r1;
  const by = r1 % 4 === 0 ? 4 : 1;
  // Where r1 is 1, neighbouring invocations take neighbouring channels.
  if (r1 > 1 && byTree(count, target)) return splitByTree({ r0, channels, r1 }, by);
  const [busy, shortest] = target.cpu ? [512, 512] : [16384, 16];
  const wanted = Math.min(busy / channels, count / shortest, maxParts(channels));
  const chunk = by * Math.ceil(count / by / Math.max(1, Math.floor(wanted)));
  const parts = Math.ceil(count / chunk);
  const len = channels * parts;
  const params = { len, channels, count: count / by, chunk: chunk / by };
  return { tree: false, by, parts, count, chunk, request: { params, constants: { R1: r1 / by }, grid: len } };
}

/** Loads that a lane has in flight at once: parts are multiples of these. */
const LOADS = 4;

function splitByTree({ r0, channels, r1 }: Channels, by: number) {
  const count = (r0 * r1) / by;
  const LANES = count >= 1024 ? 256 : 64;
  const { span, parts } = inRounds(count, LOADS * LANES, BUSY_GROUPS / 2 / channels);
  const chunk = Math.min(count, span);
  const len = channels * parts;
  const request = {
    params: { len, channels, count, chunk },
    constants: { R1: r1 / by, LANES },
    grid: rowGroups(len, LANES),
  };
  return { tree: true, by, parts, count: by * count, chunk: by * chunk, request };
}

/** Whether r1 is 1, and channels can be taken four at a time. */
const areColumns = ({ channels, r1 }: Channels): boolean => r1 === 1 && channels % 4 === 0;

/** How such channels are cut into parts: on CPUs, of as many rows as `PAGES` in reductions.ts. */
function splitColumns({ r0: count, channels }: Channels, target: Target) {
  const fours = channels / 4;
  if (!target.cpu && count >= LONG_COLUMNS) return splitColumnsByTree(count, fours);
  const wanted = Math.min(target.cpu ? count / PAGES : busyInvocations(target) / fours, count / 16);
  const chunk = Math.ceil(count / Math.max(1, Math.min(Math.floor(wanted), maxParts(channels))));
  const parts = Math.ceil(count / chunk);
  // A CPU reads whole lines of its cache.
  const WIDE = target.cpu && fours % 4 === 0 ? 4 : 1;
  const len = (fours / WIDE) * parts;
  const params = { len, channels: fours, count, chunk };
  return { tree: false, parts, chunk, request: { params, constants: { WIDE }, grid: len } };
}

/** The same by workgroups, each for a few columns and many rows. */
function splitColumnsByTree(count: number, fours: number) {
  const { len, chunk, parts, constants, grid } = columnParts(count, fours, BUSY_GROUPS / 2);
  return { tree: true, parts, chunk, request: { params: { len, channels: fours, count, chunk }, constants, grid } };
}

export interface MomentOptions {
  /** How often each result is written. */
  readonly repeat: number;
  /** Subtracted from the count that the variance is divided by. */
  readonly correction: number;
  readonly eps: number;
}

type Outs = readonly [mean: Tensor, variance: Tensor, rstd: Tensor];

/** Mean, variance and 1/√(variance + eps) of each channel. */
export function momentDispatches(
  x: Tensor,
  outs: Outs,
  dims: Channels,
  options: MomentOptions,
  target: Target,
): Dispatch[] {
  const { channels } = dims;
  const shared = { flops: 4 * x.size, dtype: x.dtype };
  if (areColumns(dims)) {
    const { tree, parts, chunk, request } = splitColumns(dims, target);
    const partial = scratch({ shape: [parts, channels, 2], dtype: "f32" });
    const kernel = tree ? momentsColumnsTree : momentsColumns;
    const first = kernel.dispatch({ ...request, ...shared, buffers: { x, partial } });
    return [first, joined({ partial, parts, chunk, channels, count: dims.r0 }, outs, options, target)];
  }
  const { tree, by, parts, count, chunk, request } = split(dims, target);
  const partial = scratch({ shape: tree && parts === 1 ? [4] : [parts, channels, 2], dtype: "f32" });
  const join = () => joined({ partial, parts, chunk, channels, count }, outs, options, target);
  if (!tree) {
    const kernel = by === 4 ? momentsByFour : momentsKernel;
    return [kernel.dispatch({ ...request, ...shared, buffers: { x, partial } }), join()];
  }
  const WHOLE = Number(parts === 1);
  const [mean_out, variance_out, rstd_out] = WHOLE ? outs : [0, 0, 0].map(() => unused());
  const first = (by === 4 ? momentsTreeByFour : momentsTree).dispatch({
    ...request,
    ...shared,
    params: { ...request.params, ...options },
    constants: { ...request.constants, WHOLE },
    buffers: { x, partial, mean_out: mean_out!, variance_out: variance_out!, rstd_out: rstd_out! },
  });
  return WHOLE ? [first] : [first, join()];
}

interface Parts {
  readonly partial: Tensor;
  readonly parts: number;
  /** Elements of a part; the last one may have fewer. */
  readonly chunk: number;
  readonly channels: number;
  readonly count: number;
}

function joined(
  { partial, parts, chunk, channels, count }: Parts,
  [mean_out, variance_out, rstd_out]: Outs,
  options: MomentOptions,
  target: Target,
): Dispatch {
  const buffers = { partial, mean_out, variance_out, rstd_out };
  const params = { channels, count, chunk, parts, ...options };
  if (!target.cpu && parts > MANY_PARTS) {
    const LANES = lanesJoining(parts);
    return joinTree.dispatch({ buffers, params, constants: { LANES }, grid: rowGroups(channels, LANES) });
  }
  const len = channels * options.repeat;
  return joinKernel.dispatch({ buffers, params: { ...params, len }, grid: len });
}

type GradSumBuffers = Readonly<Record<"d_out" | "x" | "mean" | "rstd" | "sums" | "products", Tensor>>;

/** The first launch of {@link normGradSums}, and into how many parts it divides each sum. */
function gradSumParts(dims: Channels, target: Target) {
  const shared = (buffers: GradSumBuffers) => {
    const { x, d_out } = buffers;
    return { buffers, dtype: x.dtype, gradDType: d_out.dtype, flops: 4 * x.size };
  };
  if (areColumns(dims)) {
    const { tree, parts, request } = splitColumns(dims, target);
    const kernel = tree ? sumsColumnsTree : sumsColumns;
    return { parts, launch: (buffers: GradSumBuffers) => kernel.dispatch({ ...request, ...shared(buffers) }) };
  }
  const { tree, by, parts, request } = split(dims, target);
  const launch = (buffers: GradSumBuffers) => {
    const whole = { ...request, ...shared(buffers) };
    if (tree) return (by === 4 ? sumsTreeByFour : sumsTree).dispatch(whole);
    return (by === 4 ? sumsByFour : sumsKernel).dispatch(whole);
  };
  return { parts, launch };
}

/** Σ dOut and Σ dOut · (x − mean) · rstd over each channel. */
export function normGradSums(
  buffers: { readonly d_out: Tensor; readonly x: Tensor; readonly mean: Tensor; readonly rstd: Tensor },
  [sums, products]: readonly [Tensor, Tensor],
  dims: Channels,
  target: Target,
): Dispatch[] {
  const { parts, launch } = gradSumParts(dims, target);
  if (parts === 1) return [launch({ ...buffers, sums, products })];
  const partial = () => scratch({ shape: [parts, dims.channels], dtype: "f32" });
  const [partial_sums, partial_products] = [partial(), partial()];
  const first = launch({ ...buffers, sums: partial_sums, products: partial_products });
  if (!target.cpu && parts > MANY_PARTS)
    return [first, ...joinedParts(parts, target, [partial_sums, sums], [partial_products, products])];
  const join = { buffers: { partial_sums, partial_products, sums, products }, grid: dims.channels };
  return [first, sumsJoin.dispatch({ ...join, params: { len: dims.channels, parts } })];
}
