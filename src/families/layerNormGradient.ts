import gradKernel from "../../shaders/layer_norm_grad.wgsl";
import affineKernel from "../../shaders/layer_norm_grad_affine.wgsl";
import affineByFour from "../../shaders/layer_norm_grad_affine_by_four.wgsl";
import affineTree from "../../shaders/layer_norm_grad_affine_tree.wgsl";
import gradHeld from "../../shaders/layer_norm_grad_held.wgsl";
import joinKernel from "../../shaders/layer_norm_grad_join.wgsl";
import gradSubgroup from "../../shaders/layer_norm_grad_subgroup.wgsl";
import gradTree from "../../shaders/layer_norm_grad_tree.wgsl";
import gradTreeByFour from "../../shaders/layer_norm_grad_tree_by_four.wgsl";
import type { KernelOp } from "../graph/op";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { joinedParts } from "./parts";
import { LONG_COLUMNS, PAGES } from "./reductions";
import { byHeldTree, bySubgroup, byTree, columnParts, rowGroups, sideOf } from "./rowwise";

export interface NormAttrs {
  /** Elements of a row, which are normalised together. */
  readonly n: number;
  readonly eps: number;
  /** 1 to subtract the mean, 0 to scale only. */
  readonly centred: 0 | 1;
  /** dtype of the gradient for x. */
  readonly made: "f32" | "f16";
}

/** The operands of the gradients. */
interface Given {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly stats: Tensor;
  readonly d_out: Tensor;
}

/**
 * Gradients for x, weight and bias. Where subgroups take rows, all three come from one reading of x and dOut.
 * @param vjp the gradient built from ops, which this room does not know
 */
export const layerNormGrad = (vjp: KernelOp<NormAttrs>["vjp"]): KernelOp<NormAttrs> => ({
  kind: "kernel",
  name: "layer_norm_grad",
  halves: true,
  infer: ([x], { n }) => [x!, { shape: [n], dtype: "f32" }, { shape: [n], dtype: "f32" }],
  lower([x, weight, stats, dOut], [dx, dWeight, dBias], attrs, target, _side, isRead = () => true) {
    const given = { x: x!, weight: weight!, stats: stats!, d_out: dOut! };
    const together = isRead(dx!) ? bySubgroup(x!.size / attrs.n, attrs.n, target) : null;
    const isAffineRead = isRead(dWeight!) || isRead(dBias!);
    if (together) return bySubgroups(given, [dx!, dWeight!, dBias!], attrs, together, isAffineRead);
    const affine = isAffineRead ? affineDispatches(given, [dWeight!, dBias!], attrs, target) : [];
    return isRead(dx!) ? [...affine, rowsDispatch(given, dx!, attrs, target)] : affine;
  },
  vjp,
});

function bySubgroups(
  given: Given,
  [dx, d_weight, d_bias]: readonly [Tensor, Tensor, Tensor],
  { n, centred }: NormAttrs,
  launch: NonNullable<ReturnType<typeof bySubgroup>>,
  isAffineRead: boolean,
): Dispatch[] {
  const { x, d_out } = given;
  const { quads, each, rows } = launch.params;
  const parts = Math.ceil(rows / each);
  // The sums of each part; behind them, what each lane keeps of each row.
  const partial = scratch({ shape: [parts * 2 * n + (launch.held ? 0 : rows * launch.lanes.LANES * 4)], dtype: "f32" });
  const types = { dtype: x.dtype, gradDType: d_out.dtype, outDType: dx.dtype };
  const shared = { ...launch, ...types, buffers: { ...given, dx, partial }, flops: 15 * x.size };
  const constants = { CENTRED: centred, AFFINE: isAffineRead ? 1 : 0, ...launch.lanes };
  const rowsMade = launch.held
    ? gradHeld.dispatch({ ...shared, constants: { ...constants, HELD: launch.held } })
    : gradSubgroup.dispatch({ ...shared, constants: { ...constants, SIDE: sideOf(launch, 2) } });
  if (!isAffineRead) return [rowsMade];
  const buffers = { partial, d_weight, d_bias };
  return [rowsMade, joinKernel.dispatch({ buffers, params: { parts, quads }, grid: 2 * quads })];
}

/** The gradient for x, row by row. */
function rowsDispatch({ x, weight, stats, d_out }: Given, dx: Tensor, { n, centred }: NormAttrs, target: Target) {
  const rows = x.size / n;
  const types = { dtype: x.dtype, gradDType: d_out.dtype, outDType: dx.dtype };
  const buffers = { x, weight, stats, d_out, dx };
  const shared = { buffers, params: { rows, n }, constants: { CENTRED: centred }, flops: 11 * x.size, ...types };
  const tree = byHeldTree(rows, n, target);
  if (tree) return gradTreeByFour.dispatch({ ...shared, ...tree, constants: { CENTRED: centred, ...tree.held } });
  return byTree(n, target)
    ? gradTree.dispatch({ ...shared, grid: rowGroups(rows) })
    : gradKernel.dispatch({ ...shared, grid: rows });
}

/** Rows that one invocation adds up: few enough for a CPU to hold the addresses of all their pages, see `PAGES`. */
const AFFINE_ROWS = { cpu: PAGES, gpu: 8 } as const;

/** Invocations that keep a GPU busy. */
const AFFINE_INVOCATIONS = 65536;

/** Workgroups that keep a GPU busy. */
const AFFINE_GROUPS = 512;

/** The gradients for weight and bias, both from one reading of x and dOut. */
function affineDispatches(
  { x, stats, d_out }: Given,
  [d_weight, d_bias]: readonly [Tensor, Tensor],
  { n }: NormAttrs,
  target: Target,
): Dispatch[] {
  const rows = x.size / n;
  const byFour = n % 4 === 0;
  if (!target.cpu && byFour && rows >= LONG_COLUMNS)
    return affineByTree({ x, stats, d_out }, [d_weight, d_bias], n, target);
  const [kernel, columns] = byFour ? [affineByFour, n / 4] : [affineKernel, n];
  const wanted = target.cpu ? rows / AFFINE_ROWS.cpu : Math.min(AFFINE_INVOCATIONS / columns, rows / AFFINE_ROWS.gpu);
  const chunk = Math.ceil(rows / Math.max(1, Math.floor(wanted)));
  const parts = Math.ceil(rows / chunk);
  const [weights, biases] =
    parts === 1 ? [d_weight, d_bias] : [0, 1].map(() => scratch({ shape: [parts, n], dtype: "f32" }));
  const sums = kernel.dispatch({
    buffers: { x, stats, d_out, d_weight: weights!, d_bias: biases! },
    params: { rows, n: columns, parts, chunk },
    grid: parts * columns,
    flops: 5 * x.size,
    dtype: x.dtype,
    gradDType: d_out.dtype,
  });
  if (parts === 1) return [sums];
  if (!target.cpu) return [sums, ...joinedParts(parts, target, [weights!, d_weight], [biases!, d_bias])];
  const joined = { x: weights!, stats: weights!, d_out: biases!, d_weight, d_bias };
  const params = { rows: parts, n: columns, parts: 1, chunk: parts };
  return [sums, kernel.dispatch({ buffers: joined, params, constants: { JOIN: 1 }, grid: columns })];
}

/** The same by workgroups, each for a few columns and many rows. */
function affineByTree(
  { x, stats, d_out }: Omit<Given, "weight">,
  [d_weight, d_bias]: readonly [Tensor, Tensor],
  n: number,
  target: Target,
): Dispatch[] {
  const [rows, fours] = [x.size / n, n / 4];
  const { len, chunk, parts, constants, grid } = columnParts(rows, fours, AFFINE_GROUPS);
  const [weights, biases] =
    parts === 1 ? [d_weight, d_bias] : [0, 1].map(() => scratch({ shape: [parts, n], dtype: "f32" }));
  const sums = affineTree.dispatch({
    buffers: { x, stats, d_out, d_weight: weights!, d_bias: biases! },
    params: { len, channels: fours, count: rows, chunk },
    constants,
    grid,
    flops: 5 * x.size,
    dtype: x.dtype,
    gradDType: d_out.dtype,
  });
  if (parts === 1) return [sums];
  return [sums, ...joinedParts(parts, target, [weights!, d_weight], [biases!, d_bias])];
}
