import type { Numbers } from "../core/dtype";
import { DataError } from "../core/errors";
import type { Limit, Tensor } from "./tensor";

/**
 * Declares which integers an op takes. A feed is checked before each run, data at once. Integers that a step computes are not
 * checked: kernels let none of them lead out of a buffer.
 *
 * @param name what the op calls the integers
 * @throws DataError where data holds one outside the limit
 */
export function limitIntegers(name: string, integers: Tensor, limit: Limit): void {
  const { leaf } = viewed(integers);
  if (leaf?.kind === "data") checkLimits(name, leaf.data, [limit]);
  if (leaf?.kind !== "feed") return;
  leaf.limits ??= [];
  const isKnown = (l: Limit) => l.low === limit.low && l.high === limit.high && l.also === limit.also;
  if (!leaf.limits.some(isKnown)) leaf.limits.push(limit);
}

/** What a tensor is a view of. Views that leave elements out are not followed: it is not known which elements are read. */
function viewed(t: Tensor): Tensor {
  const { source } = t;
  const from = source?.op.kind === "view" ? source.inputs[0]! : t;
  return from !== t && t.size >= from.size ? viewed(from) : t;
}

/**
 * @param name of the values, for the error
 * @throws DataError naming the first value that a limit leaves out
 */
export function checkLimits(name: string, values: Numbers, limits: readonly Limit[]): void {
  const low = Math.max(...limits.map((l) => l.low));
  const high = Math.min(...limits.map((l) => l.high));
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (v >= low && v <= high) continue;
    const broken = limits.find((l) => (v < l.low || v > l.high) && v !== l.also);
    if (!broken) continue;
    const also = broken.also === undefined ? "" : `, ${broken.also}`;
    throw new DataError(broken.op, `${name}: element ${i} is ${v}`, {
      allowed: `${broken.low} … ${broken.high}${also}`,
    });
  }
}
