import { normalizeAxis } from "../core/shape";
import { rowParams } from "../families/rowwise";
import { cumprodGradDispatches } from "../families/scans";
import { type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { type CumulativeOptions, type ScanAttrs, scanOp } from "./cumsum";
import { onesLike } from "./full";
import { mul } from "./mul";
import { pad } from "./pad";
import { slice } from "./slice";

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

/**
 * dx[i] = out[i − 1]·S[i], S[i] = dOut[i] + x[i + 1]·S[i + 1]. With T[i] = q[i]·out[i − 1] + x[i]·T[i − 1] the gradients of Σ q·dx
 * are T[i − 1]·S[i] for x, q[i + 1]·S[i + 1] for out and T[i] for dOut. Where out is 1 the kernel makes S itself, and T is such a
 * scan from the other end.
 */
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
  vjp([x, out, dOut], [q], attrs) {
    const scan = (factors: Tensor, d: Tensor, reverse: boolean) =>
      record(grad, [factors, onesLike(d), d], { ...attrs, reverse });
    const { axis, reverse } = attrs;
    const before = (t: Tensor, first: number) => moved(t, axis, reverse ? -1 : 1, first);
    const after = (t: Tensor) => moved(t, axis, reverse ? 1 : -1, 0);
    const s = scan(x!, dOut!, reverse);
    const t = scan(after(x!), mul(q!, before(out!, 1)), !reverse);
    return [mul(before(t, 0), s), after(mul(q!, s)), t];
  },
};

/** Elements moved along an axis by one, to its end or (by −1) to its start; the place that is left free holds `value`. */
export function moved(t: Tensor, axis: number, by: 1 | -1, value: number): Tensor {
  const [rank, n] = [t.shape.length, t.shape[axis]!];
  const border = new Array<number>(2 * rank).fill(0);
  border[2 * (rank - 1 - axis) + (by > 0 ? 0 : 1)] = 1;
  return slice(pad(t, border, { value }), axis, by > 0 ? 0 : 1, by > 0 ? n : n + 1);
}

export const op = scanOp("cumprod", "prod", ([x], [dOut], attrs, [out]) => [record(grad, [x!, out!, dOut!], attrs)]);
