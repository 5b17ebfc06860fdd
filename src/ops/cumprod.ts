import { normalizeAxis } from "../core/shape";
import { rowParams } from "../families/rowwise";
import { cumprodGradDispatches } from "../families/scans";
import { type KernelOp, noSecondDerivative, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { type CumulativeOptions, type ScanAttrs, scanOp } from "./cumsum";

/**
 * Cumulative product along an axis: `out[i] = x[0] · … · x[i]`. Integers wrap around.
 *
 * The gradient uses no division, so it is right at zeros too, and accurate wherever no product overflows or underflows.
 *
 * @param x f32, i32 or u32
 * @param axis default 0
 * @returns shape and dtype of x
 * @throws ShapeError where the axis is out of range
 */
export const cumprod = (x: Tensor, axis = 0, options: CumulativeOptions = {}): Tensor => {
  const { reverse = false } = optionsOf("cumprod", options, "reverse");
  return record(op, [x], { axis: normalizeAxis("cumprod", x.shape, axis), reverse });
};

const grad: KernelOp<ScanAttrs> = {
  kind: "kernel",
  name: "cumprod_grad",
  infer: ([x]) => [x!],
  lower: ([x, out, dOut], [dx], { axis, reverse }, target) =>
    cumprodGradDispatches(
      { x: x!, out: out!, d_out: dOut! },
      dx!,
      rowParams("cumprod", x!.shape, axis),
      reverse,
      target,
    ),
  vjp: noSecondDerivative("cumprod_grad"),
};

export const op = scanOp("cumprod", "prod", ([x], [dOut], attrs, [out]) => [record(grad, [x!, out!, dOut!], attrs)]);
