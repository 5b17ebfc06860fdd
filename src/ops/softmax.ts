import acrossFunction from "../../shaders/pointwise/softmax_across.wgsl";
import softmaxKernel from "../../shaders/softmax.wgsl";
import gradKernel from "../../shaders/softmax_grad.wgsl";
import gradLane from "../../shaders/softmax_grad_lane.wgsl";
import gradSubgroup from "../../shaders/softmax_grad_subgroup.wgsl";
import gradTree from "../../shaders/softmax_grad_tree.wgsl";
import gradTreeByFour from "../../shaders/softmax_grad_tree_by_four.wgsl";
import softmaxLane from "../../shaders/softmax_lane.wgsl";
import softmaxSubgroup from "../../shaders/softmax_subgroup.wgsl";
import softmaxTree from "../../shaders/softmax_tree.wgsl";
import treeByFour from "../../shaders/softmax_tree_by_four.wgsl";
import { normalizeAxis } from "../core/shape";
import { byHeldTree, byLane, bySharedTree, bySubgroup, type RowParams, rowParams } from "../families/rowwise";
import { widened } from "../graph/cast";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import type { Dispatch, Kernel } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { exp } from "./exp";
import { powerSums } from "./logSumExp";
import { mul } from "./mul";
import { neg } from "./neg";
import { sub } from "./sub";
import { sum } from "./sum";

export interface SoftmaxAttrs {
  readonly axis: number;
}

/**
 * Probabilities `eˣ / Σ eˣ` along an axis, computed without overflow.
 * @param x f32, any shape but a scalar
 * @param axis default the last
 * @returns same shape
 * @throws ShapeError, DTypeError
 */
export const softmax = (x: Tensor, axis = -1): Tensor =>
  alongAxis(op, x, axis, (wide, d) => {
    const { largest, total } = powerSums(wide, [d]);
    return record(acrossOp, [wide, largest, total], { axis: d });
  });

/** Along axes other than the last, longer rows are worth reductions of their own, which share each row among invocations. */
const LONG_ACROSS = 32;

/** Records the op; or for long rows along an axis other than the last, what `across` makes of x and that axis. */
export function alongAxis(
  op: KernelOp<SoftmaxAttrs>,
  x: Tensor,
  axis: number,
  across: (x: Tensor, axis: number) => Tensor,
): Tensor {
  const d = normalizeAxis(op.name, x.shape, axis);
  const { n, inner } = rowParams(op.name, x.shape, d);
  if (inner === 1 || n <= LONG_ACROSS) return record(op, [x], { axis: d });
  checkDTypes(op.name, [x], ["f32"]);
  return across(widened(x), d);
}

/** The gradient for x includes what flows through maximum and sum, which have none. */
const acrossOp = pointwiseWith<SoftmaxAttrs>(
  acrossFunction,
  () => [],
  (_, dOut, { axis }, out) => [mul(out, sub(dOut, sum(mul(out, dOut), axis, { keepDims: true }))), null, null],
);

/** The op that gives probabilities (`log` 0) or their logarithms (`log` 1); both run the same kernels. */
export function softmaxOp(name: string, log: 0 | 1): KernelOp<SoftmaxAttrs> {
  const grad: KernelOp<SoftmaxAttrs> = {
    kind: "kernel",
    name: `${name}Grad`,
    infer: ([out]) => [out!],
    lower: ([out, dOut], [dx], { axis }, target) => {
      const shared = { buffers: { out: out!, d_out: dOut!, dx: dx! }, flops: 4 * out!.size };
      return [dispatch(backward, shared, log, rowParams(name, out!.shape, axis), target)];
    },
    // The vjp of out·(g − Σ out·g), whose matrix for g is symmetric; for logarithms that of g − e^out·Σ g.
    vjp([out, dOut], [q], attrs) {
      const total = (t: Tensor) => sum(t, attrs.axis, { keepDims: true });
      if (log) {
        const p = exp(out!);
        const along = mul(q!, p);
        return [neg(mul(along, total(dOut!))), sub(q!, total(along))];
      }
      const byOut = sub(mul(q!, sub(dOut!, total(mul(dOut!, out!)))), mul(dOut!, total(mul(q!, out!))));
      return [byOut, record(grad, [out!, q!], attrs)];
    },
  };
  return {
    kind: "kernel",
    name,
    infer([x]) {
      checkDTypes(name, [x!], ["f32"]);
      return [x!];
    },
    lower: ([x], [out], { axis }, target) => {
      const shared = { buffers: { x: x!, out: out! }, flops: 8 * x!.size };
      return [dispatch(forward, shared, log, rowParams(name, x!.shape, axis), target)];
    },
    vjp: (_, [dOut], attrs, [out]) => [record(grad, [out!, dOut!], attrs)],
  };
}

/** The kernels for rows along the last axis, each for certain lengths and devices, and one for any axis. */
interface RowKernels<Buffer extends string> {
  readonly held: Kernel<Buffer, "rows" | "n", "LOG" | "SIZE" | "LANES" | "HELD">;
  readonly tree: Kernel<Buffer, "rows" | "n", "LOG" | "SIZE" | "LANES">;
  readonly lane: Kernel<Buffer, "rows", "LOG" | "HELD">;
  readonly subgroup: Kernel<Buffer, "rows" | "quads" | "each", "LOG" | "LANES">;
  readonly any: Kernel<Buffer, "rows" | "n" | "inner", "LOG">;
}

const forward: RowKernels<"x" | "out"> = {
  held: treeByFour,
  tree: softmaxTree,
  lane: softmaxLane,
  subgroup: softmaxSubgroup,
  any: softmaxKernel,
};

const backward: RowKernels<"out" | "d_out" | "dx"> = {
  held: gradTreeByFour,
  tree: gradTree,
  lane: gradLane,
  subgroup: gradSubgroup,
  any: gradKernel,
};

/** The launch of the kernel that fits rows and device. */
function dispatch<Buffer extends string>(
  kernels: RowKernels<Buffer>,
  shared: { readonly buffers: Readonly<Record<Buffer, Tensor>>; readonly flops: number },
  LOG: 0 | 1,
  params: RowParams,
  target: Target,
): Dispatch {
  const { rows, n, inner } = params;
  const isRow = inner === 1;
  const held = isRow && byHeldTree(rows, n, target);
  if (held) return kernels.held.dispatch({ ...shared, ...held, constants: { LOG, ...held.held } });
  const tree = isRow && bySharedTree(rows, n, target);
  if (tree) {
    const constants = { LOG, ...tree.lanes };
    return kernels.tree.dispatch({ ...shared, params: { rows, n }, constants, grid: tree.grid });
  }
  const short = isRow && byLane(rows, n, target);
  if (short) return kernels.lane.dispatch({ ...shared, ...short, constants: { LOG, ...short.held } });
  const launch = isRow && bySubgroup(rows, n, target);
  if (launch) return kernels.subgroup.dispatch({ ...shared, ...launch, constants: { LOG, ...launch.lanes } });
  return kernels.any.dispatch({ ...shared, params, constants: { LOG }, grid: rows });
}

export const op = softmaxOp("softmax", 0);
