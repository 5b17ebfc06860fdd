import { DTypeError, ShapeError } from "../core/errors";
import { sameShape, showShape } from "../core/shape";
import type { Tensor } from "./tensor";
import { recordUpdate } from "./trace";

/**
 * Sets a state to a computed value once the step has been computed: everything in the step still reads the old value.
 * @throws ShapeError, DTypeError unless the value is of the state's shape and dtype
 */
export function assign(state: Tensor, value: Tensor, name = "assign"): void {
  if (!sameShape(state.shape, value.shape))
    throw new ShapeError(name, "shapes differ", { state: showShape(state.shape), value: showShape(value.shape) });
  if (state.dtype !== value.dtype)
    throw new DTypeError(name, "dtypes differ", { state: state.dtype, value: value.dtype });
  recordUpdate({ name, reads: [value], writes: [state], assigns: [{ from: value, to: state }], lower: () => [] });
}
