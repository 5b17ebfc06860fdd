import clamped from "../../shaders/pointwise/clamped.wgsl";
import { INTEGER_RANGE } from "../core/dtype";
import { DataError } from "../core/errors";
import { record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { checkValue } from "./full";
import { greaterEqual } from "./greaterEqual";
import { lessEqual } from "./lessEqual";
import { logicalAnd } from "./logicalAnd";
import { where } from "./where";

export interface ClampOptions {
  /** What lower elements become; default no bound. */
  readonly min?: number;
  /** What higher elements become; default no bound. */
  readonly max?: number;
}

/**
 * x limited to a range: `min(max(x, min), max)`. The gradient is 1 within the range, bounds included, and 0 outside.
 *
 * @param x f32, i32 or u32, any shape
 * @param options `min` and `max`, of which one may be missing; where min > max, every element becomes max
 * @returns same shape and dtype
 * @throws DataError where both bounds are missing or one is NaN; DTypeError where one does not fit the dtype of x
 */
export function clamp(x: Tensor, options: ClampOptions): Tensor {
  const { min, max } = optionsOf("clamp", options ?? {}, "min max");
  if (min === undefined && max === undefined)
    throw new DataError("clamp", "no bound is given", {}, "pass { min, max }");
  for (const bound of [min, max]) {
    if (Number.isNaN(bound)) throw new DataError("clamp", "a bound is NaN");
    if (bound !== undefined) checkValue("clamp", bound, x.dtype);
  }
  // A missing bound is one that nothing exceeds.
  const [least, most] = x.dtype === "f32" || x.dtype === "f16" ? [-Infinity, Infinity] : INTEGER_RANGE[x.dtype];
  return record(op, [x], { min: min ?? least, max: max ?? most });
}

export const op = pointwiseWith<Required<ClampOptions>>(
  clamped,
  ({ min, max }) => [min, max],
  ([x], dOut, { min, max }) => [where(logicalAnd(greaterEqual(x!, min), lessEqual(x!, max)), dOut, 0)],
  { name: "clamp" },
);
