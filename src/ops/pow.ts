import power from "../../shaders/pointwise/power.wgsl";
import powerInteger from "../../shaders/pointwise/power_integer.wgsl";
import { isFloat } from "../core/dtype";
import { DataError } from "../core/errors";
import { record } from "../graph/op";
import { pointwise, pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { equal } from "./equal";
import { operand } from "./full";
import { greaterEqual } from "./greaterEqual";
import { log } from "./log";
import { logicalAnd } from "./logicalAnd";
import { mul } from "./mul";
import { rsqrt } from "./rsqrt";
import { sqrt } from "./sqrt";
import { square } from "./square";
import { sub } from "./sub";
import { where } from "./where";

/** Whole exponents up to this size are computed by multiplying. */
const MAX_MULTIPLIED = 64;

/**
 * Power `a ^ b`, element by element.
 *
 * Where a < 0 the result is NaN, unless b is whole. a⁰ is 1, also for a = 0; 0ᵇ is 0 for b > 0 and ∞ for b < 0. The
 * gradient with respect to b is `out · ln a`: 0 where a = 0 and b ≥ 0, NaN where a < 0.
 * Where b is a whole number (not a tensor) up to ±64, powers are multiplied out, exact up to rounding; for ±½ they are roots.
 *
 * @param a f32, or a number; i32 and u32 where b is a whole number ≥ 0 (they wrap)
 * @param b f32, of a shape that broadcasts with `a`; or a number
 * @returns the broadcast shape
 * @throws ShapeError, DTypeError; DataError where an integer has a negative or fractional power
 */
export function pow(a: Tensor | number, b: Tensor | number): Tensor {
  if (typeof b !== "number" || typeof a === "number") return record(op, [asF32(a), asF32(b)], {});
  if (!isFloat(a.dtype) && !(Number.isInteger(b) && b >= 0 && b < 2 ** 31))
    throw new DataError("pow", `${b} as the power of ${a.dtype}`, {}, "cast the operand to f32");
  if (b === 2) return square(a);
  if (b === 0.5) return sqrt(a);
  if (b === -0.5) return rsqrt(a);
  const multiplied = !isFloat(a.dtype) || (Number.isInteger(b) && Math.abs(b) <= MAX_MULTIPLIED);
  return multiplied ? record(integerOp, [a], { exponent: b }) : record(op, [a, asF32(b)], {});
}

const asF32 = (x: Tensor | number): Tensor => operand(x, 0, "pow");

const integerOp = pointwiseWith<{ exponent: number }>(
  powerInteger,
  ({ exponent }) => [exponent],
  ([a], dOut, { exponent }) => [exponent === 0 ? null : mul(dOut, mul(pow(a!, exponent - 1), exponent))],
  { name: "pow" },
);

export const op = pointwise(
  power,
  ([a, b], dOut, out) => {
    // Where a base of 0 would give 0 · ∞, it is replaced by 1: then everything is finite, also in second derivatives.
    const instead = (condition: Tensor) => where(logicalAnd(equal(a!, 0), condition), 1, a!);
    const byBase = mul(b!, pow(instead(equal(b!, 0)), sub(b!, 1)));
    const byExponent = mul(out, log(instead(greaterEqual(b!, 0))));
    return [mul(dOut, byBase), mul(dOut, byExponent)];
  },
  { name: "pow" },
);
