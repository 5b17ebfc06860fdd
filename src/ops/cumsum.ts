import { normalizeAxis } from "../core/shape";
import { rowParams } from "../families/rowwise";
import { type Scanning, scanDispatches } from "../families/scans";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

export interface CumulativeOptions {
  /** Accumulate from the end of the axis to its start; default false. */
  readonly reverse?: boolean;
}

export interface ScanAttrs {
  readonly axis: number;
  readonly reverse: boolean;
}

/**
 * Cumulative sum along an axis: `out[i] = x[0] + … + x[i]`. Integers wrap around.
 * @param x f32, i32 or u32
 * @param axis default 0
 * @returns shape and dtype of x
 * @throws ShapeError where the axis is out of range
 */
export const cumsum = (x: Tensor, axis = 0, options: CumulativeOptions = {}): Tensor => {
  const { reverse = false } = optionsOf("cumsum", options, "reverse");
  return record(op, [x], { axis: normalizeAxis("cumsum", x.shape, axis), reverse });
};

/** The op of a cumulative sum or product. */
export function scanOp(name: string, kind: Scanning["kind"], vjp: KernelOp<ScanAttrs>["vjp"]): KernelOp<ScanAttrs> {
  return {
    kind: "kernel",
    name,
    infer([x]) {
      checkDTypes(name, [x!], ["f32", "i32", "u32"]);
      return [x!];
    },
    lower: ([x], [out], { axis, reverse }, target) =>
      scanDispatches(x!, out!, rowParams(name, x!.shape, axis), { kind, reverse }, target),
    vjp,
  };
}

export const op = scanOp("cumsum", "sum", (_, [dOut], { axis, reverse }) => [
  cumsum(dOut!, axis, { reverse: !reverse }),
]);
