import momentsKernel from "../../shaders/moments.wgsl";
import momentsByFour from "../../shaders/moments_by_four.wgsl";
import momentsColumns from "../../shaders/moments_columns.wgsl";
import joinKernel from "../../shaders/moments_join.wgsl";
import momentsTree from "../../shaders/moments_tree.wgsl";
import sumsJoin from "../../shaders/norm_grad_join.wgsl";
import sumsKernel from "../../shaders/norm_grad_sums.wgsl";
import sumsByFour from "../../shaders/norm_grad_sums_by_four.wgsl";
import sumsTree from "../../shaders/norm_grad_sums_tree.wgsl";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { busyInvocations, PAGES } from "./reductions";
import { byTree, rowGroups } from "./rowwise";

/** A tensor seen as [r0, channels, r1], of which each channel is taken together. */
export interface Channels {
  readonly r0: number;
  readonly channels: number;
  readonly r1: number;
}

/** The launches are joined by one invocation a channel, which is quick for no more parts than these; or more, where that is little work in all. */
const maxParts = (channels: number) => (channels < 16 ? 256 : 64);

/** How each channel is cut into parts, and by which of three kernels each part is taken. */
function split({ r0, channels, r1 }: Channels, target: Target) {
  const count = r0 * r1;
  // Channels that are one element wide lie across: there neighbouring invocations take neighbouring channels.
  const tree = r1 > 1 && byTree(count, target);
  const [busy, shortest] = tree ? [4096, 1024] : [target.cpu ? 512 : 16384, target.cpu ? 512 : 16];
  const wanted = Math.min(busy / channels, count / shortest, maxParts(channels));
  const by = !tree && r1 % 4 === 0 ? 4 : 1;
  const chunk = by * Math.ceil(count / by / Math.max(1, Math.floor(wanted)));
  const parts = Math.ceil(count / chunk);
  const len = channels * parts;
  const params = { len, channels, count: count / by, chunk: chunk / by };
  const way: "tree" | "fours" | "ones" = tree ? "tree" : by === 4 ? "fours" : "ones";
  const request = { params, constants: { R1: r1 / by }, grid: tree ? rowGroups(len) : len };
  return { way, parts, count, chunk, request };
}

/** Parts of channels that lie across, four at a time: as many rows each as a CPU's memory finds at once, see `PAGES` there. */
function columns(x: Tensor, count: number, channels: number, target: Target) {
  const wanted = Math.min(target.cpu ? count / PAGES : busyInvocations(target) / (channels / 4), count / 16);
  const chunk = Math.ceil(count / Math.max(1, Math.min(Math.floor(wanted), maxParts(channels))));
  const parts = Math.ceil(count / chunk);
  const partial = scratch({ shape: [parts, channels, 2], dtype: "f32" });
  // A CPU reads whole lines of its cache.
  const WIDE = target.cpu && channels % 16 === 0 ? 4 : 1;
  const len = (channels / 4 / WIDE) * parts;
  const params = { len, channels: channels / 4, count, chunk };
  const buffers = { x, partial };
  const first = momentsColumns.dispatch({
    buffers,
    params,
    constants: { WIDE },
    grid: len,
    flops: 4 * x.size,
    dtype: x.dtype,
  });
  return { first, partial, parts, chunk };
}

function parts(x: Tensor, dims: Channels, target: Target) {
  const { r0, channels, r1 } = dims;
  if (r1 === 1 && channels % 4 === 0) return { count: r0, ...columns(x, r0, channels, target) };
  const { way, parts, count, chunk, request } = split(dims, target);
  const partial = scratch({ shape: [parts, channels, 2], dtype: "f32" });
  const kernel = { tree: momentsTree, fours: momentsByFour, ones: momentsKernel }[way];
  const first = kernel.dispatch({ ...request, buffers: { x, partial }, flops: 4 * x.size, dtype: x.dtype });
  return { first, partial, parts, count, chunk };
}

export interface MomentOptions {
  /** How often each result is written. */
  readonly repeat: number;
  /** Taken off the count that the variance is divided by. */
  readonly correction: number;
  readonly eps: number;
}

/** Mean, variance and 1/√(variance + eps) of each channel. */
export function momentDispatches(
  x: Tensor,
  [mean_out, variance_out, rstd_out]: readonly [Tensor, Tensor, Tensor],
  dims: Channels,
  { repeat, correction, eps }: MomentOptions,
  target: Target,
): Dispatch[] {
  const { first, partial, parts: made, count, chunk } = parts(x, dims, target);
  const len = dims.channels * repeat;
  return [
    first,
    joinKernel.dispatch({
      buffers: { partial, mean_out, variance_out, rstd_out },
      params: { channels: dims.channels, count, chunk, len, parts: made, repeat, correction, eps },
      grid: len,
    }),
  ];
}

/** Σ dOut and Σ dOut · (x − mean) · rstd over each channel. */
export function normGradSums(
  buffers: { readonly d_out: Tensor; readonly x: Tensor; readonly mean: Tensor; readonly rstd: Tensor },
  [sums, products]: readonly [Tensor, Tensor],
  dims: Channels,
  target: Target,
): Dispatch[] {
  const { way, parts, request } = split(dims, target);
  const launch = (outs: { sums: Tensor; products: Tensor }) => {
    const types = { dtype: buffers.x.dtype, gradDType: buffers.d_out.dtype };
    const whole = { ...request, ...types, buffers: { ...buffers, ...outs }, flops: 4 * buffers.x.size };
    return { tree: sumsTree, fours: sumsByFour, ones: sumsKernel }[way].dispatch(whole);
  };
  if (parts === 1) return [launch({ sums, products })];
  const partial = () => scratch({ shape: [parts, dims.channels], dtype: "f32" });
  const [partial_sums, partial_products] = [partial(), partial()];
  return [
    launch({ sums: partial_sums, products: partial_products }),
    sumsJoin.dispatch({
      buffers: { partial_sums, partial_products, sums, products },
      params: { len: dims.channels, parts },
      grid: dims.channels,
    }),
  ];
}
