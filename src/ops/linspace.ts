import { DataError } from "../core/errors";
import { data, type Tensor } from "../graph/tensor";

/**
 * `steps` equally spaced numbers from `start` to `end`, both included. They are data: made once, at the call.
 * @returns f32[steps]
 * @throws DataError unless `steps` is an integer ≥ 1
 */
export function linspace(start: number, end: number, steps: number): Tensor {
  if (!(Number.isInteger(steps) && steps >= 1))
    throw new DataError("linspace", `${steps} steps`, { wants: "1 or more" });
  const between = (i: number) =>
    i === steps - 1 && i > 0 ? end : start + (i * (end - start)) / Math.max(1, steps - 1);
  return data(
    { shape: [steps], dtype: "f32" },
    Float32Array.from({ length: steps }, (_, i) => between(i)),
  );
}
