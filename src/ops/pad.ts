import padGradKernel from "../../shaders/pad_grad.wgsl";
import padGradAcross from "../../shaders/pad_grad_across.wgsl";
import padGradByFour from "../../shaders/pad_grad_by_four.wgsl";
import { bitsOf } from "../core/dtype";
import { ShapeError } from "../core/errors";
import { numel, type Shape, showShape } from "../core/shape";
import { BORDER_MODES, type BorderMode, borderDispatches, modeNumber } from "../families/borders";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { checkList, checkOption, checkWord, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { resultsEach } from "../kernel/target";
import { checkValue } from "./full";
import { slice } from "./slice";

export interface PadOptions {
  /**
   * What the border holds: `"constant"` (default) `value`; `"reflect"` the tensor mirrored at its edge, which is not repeated;
   * `"replicate"` its edge; `"circular"` the tensor continued from its other end.
   */
  readonly mode?: BorderMode;
  /** For the mode `"constant"`; default 0. */
  readonly value?: number;
}

/** Lists are by axis. */
interface PadAttrs {
  readonly shape: Shape;
  readonly before: readonly number[];
  readonly steps: readonly number[];
  readonly mode: BorderMode;
  readonly value: number;
}

/**
 * A tensor with borders added.
 * @param x any dtype
 * @param padding counts ≥ 0 in pairs, before and after, from the last axis on: `[left, right, top, bottom]` for a picture
 * @returns every axis longer by the sum of its pair
 * @throws ShapeError where the counts do not form pairs, are negative, or are for more axes than x has; where a mirrored border is
 * as long as its axis, or a circular one longer; DTypeError where an integer dtype cannot hold the value
 */
export function pad(x: Tensor, padding: readonly number[], options: PadOptions = {}): Tensor {
  const { mode = "constant", value = 0 } = optionsOf("pad", options, "mode value");
  checkList("pad", "padding", padding);
  checkWord("pad", "mode", mode, BORDER_MODES);
  checkOption("pad", "value", value, mode === "constant" || value === 0, 'the mode "constant"');
  const rank = x.shape.length;
  const shown = { x: showShape(x.shape), padding: showShape(padding) };
  if (padding.length % 2 !== 0 || padding.length > 2 * rank)
    throw new ShapeError("pad", "wants counts before and after, in pairs from the last axis on", shown);
  if (!padding.every((n) => Number.isInteger(n) && n >= 0))
    throw new ShapeError("pad", "counts must be integers of at least 0", shown, "slice takes elements away");
  checkValue("pad", value, x.dtype);
  const before = x.shape.map((_, d) => padding[2 * (rank - 1 - d)] ?? 0);
  const after = x.shape.map((_, d) => padding[2 * (rank - 1 - d) + 1] ?? 0);
  const longest = (size: number) =>
    ({ constant: Infinity, reflect: size - 1, replicate: Infinity, circular: size })[mode];
  if (x.shape.some((size, d) => Math.max(before[d]!, after[d]!) > longest(size)))
    throw new ShapeError("pad", `a border is too long for the mode ${mode}`, shown);
  if (padding.every((n) => n === 0)) return x;
  const shape = x.shape.map((size, d) => size + before[d]! + after[d]!);
  return record(op, [x], { shape, before, steps: shape.map(() => 1), mode, value });
}

/** Zeros of a shape, into which x is put: from `starts` on, its elements `steps` apart. */
export const place = (x: Tensor, shape: Shape, starts: readonly number[], steps: readonly number[]): Tensor =>
  record(op, [x], { shape, before: starts, steps, mode: "constant", value: 0 });

export const op: KernelOp<PadAttrs> = {
  kind: "kernel",
  name: "pad",
  infer: ([x], { shape }) => [{ shape, dtype: x!.dtype }],
  lower: ([x], [out], { before, steps, mode, value }, target) =>
    borderDispatches(x!, out!, { before, steps, mode, value: bitsOf(x!.dtype, value) }, target),
  vjp([x], [dOut], { before, steps, mode }) {
    const axes = x!.shape.map((_, d) => d);
    const ends = axes.map((d) => before[d]! + (x!.shape[d]! - 1) * steps[d]! + 1);
    if (mode === "constant") return [slice(dOut!, axes, before, ends, steps)];
    return [reducedPairs(dOut!, x!.shape, before, mode)];
  },
};

/** The gradient for x, two neighbouring axes at a time. */
function reducedPairs(dOut: Tensor, shape: Shape, before: readonly number[], mode: BorderMode): Tensor {
  let d = dOut;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (d.shape[axis] === shape[axis]) continue;
    const outer = axis > 0 && d.shape[axis - 1] !== shape[axis - 1] ? axis - 1 : axis;
    const sizes = d.shape.map((n, e) => (e >= outer && e <= axis ? shape[e]! : n));
    const starts = before.map((n, e) => (e >= outer && e <= axis ? n : 0));
    d = record(grad, [d], { axis, shape: sizes, before: starts, mode });
    axis = outer;
  }
  return d;
}

interface PadGradAttrs {
  /** The inner one of two axes; the other is the one before it, where that has a border. */
  readonly axis: number;
  readonly shape: Shape;
  /** By axis, 0 but for the two. */
  readonly before: readonly number[];
  readonly mode: BorderMode;
}

/** The gradient along one axis, or along two neighbouring ones. */
const grad: KernelOp<PadGradAttrs> = {
  kind: "kernel",
  name: "pad_grad",
  infer([dOut], { shape }) {
    checkDTypes("pad_grad", [dOut!], ["f32"]);
    return [{ shape, dtype: "f32" }];
  },
  lower([dOut], [dx], { axis, shape, before, mode }, { cpu }) {
    const inner = numel(shape.slice(axis + 1));
    const byFour = inner % 4 === 0;
    const across = !byFour && cpu && inner === 1 && shape[axis]! % 4 === 0;
    const len = dx!.size / (byFour || across ? 4 : 1);
    const each = resultsEach(len, cpu);
    const along = (d: number) => [dOut!.shape[d] ?? 1, before[d] ?? 0, shape[d] ?? 1] as const;
    const [[padded0, before0, SIZE0], [padded1, before1, SIZE1]] = [along(axis), along(axis - 1)];
    const params = { len, each, padded0, before0, padded1, before1 };
    const constants = { MODE: modeNumber(mode), SIZE0, SIZE1, INNER: byFour ? inner / 4 : inner };
    const kernel = byFour ? padGradByFour : across ? padGradAcross : padGradKernel;
    const buffers = { d_out: dOut!, dx: dx! };
    return [kernel.dispatch({ buffers, params, constants, grid: Math.ceil(len / each) })];
  },
  vjp: ([dOut], [d], { before, mode }) => {
    const { shape } = dOut!;
    return [record(op, [d!], { shape, before, steps: shape.map(() => 1), mode, value: 0 })];
  },
};
