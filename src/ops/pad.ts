import padGradKernel from "../../shaders/pad_grad.wgsl";
import padGradAcross from "../../shaders/pad_grad_across.wgsl";
import padGradByFour from "../../shaders/pad_grad_by_four.wgsl";
import { bitsOf } from "../core/dtype";
import { ShapeError } from "../core/errors";
import { numel, type Shape, showShape } from "../core/shape";
import { type BorderMode, borderDispatches, modeNumber } from "../families/borders";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { resultsEach } from "../kernel/target";
import { slice } from "./slice";

export interface PadOptions {
  /**
   * What is put there: `value`; the tensor mirrored at its edges, which are not repeated; its edge; or the tensor from its
   * other end on. Default `"constant"`.
   */
  readonly mode?: BorderMode;
  /** For the mode `"constant"`; default 0. */
  readonly value?: number;
}

/** Each by axis. */
interface PadAttrs {
  readonly shape: Shape;
  readonly before: readonly number[];
  readonly steps: readonly number[];
  readonly mode: BorderMode;
  readonly value: number;
}

/**
 * A tensor with borders.
 * @param x any dtype
 * @param padding counts ≥ 0 in pairs, before and after, from the last axis on: `[left, right, top, bottom]` for a picture
 * @returns every axis longer by its pair
 * @throws ShapeError where the counts are no pairs, more than x has axes, or negative; and where a border is mirrored that
 * is as long as the axis, or taken from the other end and longer
 */
export function pad(x: Tensor, padding: readonly number[], { mode = "constant", value = 0 }: PadOptions = {}): Tensor {
  const rank = x.shape.length;
  const shown = { x: showShape(x.shape), padding: showShape(padding) };
  if (padding.length % 2 !== 0 || padding.length > 2 * rank)
    throw new ShapeError("pad", "wants counts before and after, in pairs from the last axis on", shown);
  if (!padding.every((n) => Number.isInteger(n) && n >= 0))
    throw new ShapeError("pad", "counts must be integers of at least 0", shown, "slice takes elements away");
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

/** Zeros of a shape with x put into them: its elements lie from `starts` on, `steps` apart. */
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
    const bordered = axes.filter((d) => dOut!.shape[d] !== x!.shape[d]);
    return [
      bordered.reduce(
        (d, axis) => record(grad, [d], { axis, size: x!.shape[axis]!, before: before[axis]!, mode }),
        dOut!,
      ),
    ];
  },
};

interface PadGradAttrs {
  readonly axis: number;
  readonly size: number;
  readonly before: number;
  readonly mode: BorderMode;
}

/** The gradient along one axis. */
const grad: KernelOp<PadGradAttrs> = {
  kind: "kernel",
  name: "pad_grad",
  infer([dOut], { axis, size }) {
    checkDTypes("pad_grad", [dOut!], ["f32"]);
    return [{ shape: dOut!.shape.map((n, d) => (d === axis ? size : n)), dtype: "f32" }];
  },
  lower([dOut], [dx], { axis, size: SIZE, before, mode }, { cpu }) {
    const inner = numel(dx!.shape.slice(axis + 1));
    const byFour = inner % 4 === 0;
    const across = !byFour && cpu && inner === 1 && SIZE % 4 === 0;
    const len = dx!.size / (byFour || across ? 4 : 1);
    const each = resultsEach(len, cpu);
    const params = { len, each, padded: dOut!.shape[axis]!, before };
    const constants = { MODE: modeNumber(mode), SIZE, INNER: byFour ? inner / 4 : inner };
    const kernel = byFour ? padGradByFour : across ? padGradAcross : padGradKernel;
    const buffers = { d_out: dOut!, dx: dx! };
    return [kernel.dispatch({ buffers, params, constants, grid: Math.ceil(len / each) })];
  },
  vjp: ([dOut], [d], { axis, before, mode }) => [
    record(op, [d!], {
      shape: dOut!.shape,
      before: d!.shape.map((_, e) => (e === axis ? before : 0)),
      steps: d!.shape.map(() => 1),
      mode,
      value: 0,
    }),
  ],
};
