import { ShapeError } from "../core/errors";
import { normalizeAxis, showShape } from "../core/shape";
import { borderDispatches } from "../families/borders";
import { type KernelOp, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { reshape } from "./reshape";

interface RollAttrs {
  /** By axis, from 0 to its size. */
  readonly shifts: readonly number[];
}

/**
 * Elements shifted along axes; those that leave at the end come back at the front: `out[i] = x[(i − shift) mod size]`.
 * @param x any dtype
 * @param shifts how far, a number for each axis; negative moves to the front
 * @param axes default: the tensor is rolled as if flat
 * @returns same shape
 * @throws ShapeError where there are not as many shifts as axes, or a shift is no integer
 */
export function roll(x: Tensor, shifts: number | readonly number[], axes?: number | readonly number[]): Tensor {
  if (axes === undefined) return reshape(roll(reshape(x, [-1]), shifts, 0), x.shape);
  const [by, along] = [[shifts].flat(), [axes].flat()] as [number[], number[]];
  if (by.length !== along.length || !by.every(Number.isInteger))
    throw new ShapeError("roll", "wants one whole shift an axis", { shifts: showShape(by), axes: showShape(along) });
  const total = x.shape.map(() => 0);
  along.forEach((axis, i) => {
    total[normalizeAxis("roll", x.shape, axis)]! += by[i]!;
  });
  const wrapped = total.map((s, d) => ((s % x.shape[d]!) + x.shape[d]!) % x.shape[d]!);
  return wrapped.every((s) => s === 0) ? x : record(op, [x], { shifts: wrapped });
}

export const op: KernelOp<RollAttrs> = {
  kind: "kernel",
  name: "roll",
  infer: ([x]) => [x!],
  lower: ([x], [out], { shifts }, target) => borderDispatches(x!, out!, { before: shifts, mode: "circular" }, target),
  vjp: ([x], [dOut], { shifts }) => [
    roll(
      dOut!,
      shifts.map((s) => -s),
      x!.shape.map((_, d) => d),
    ),
  ],
};
