import type { Numbers } from "../core/dtype";
import { DataError } from "../core/errors";

/** @throws DataError naming the first NaN */
export function checkNumbers(op: string, values: Numbers): void {
  if (!(values instanceof Float32Array)) return;
  let total = 0;
  // v − v is 0 but for NaN and infinities: one quick pass finds that there are none.
  for (let i = 0; i < values.length; i++) total += values[i]! - values[i]!;
  if (total === 0) return;
  const at = values.findIndex((v) => Number.isNaN(v));
  if (at >= 0) throw new DataError(op, `element ${at} is NaN`, {}, "clean the data before it is handed over");
}
