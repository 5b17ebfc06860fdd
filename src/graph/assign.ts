import { CaptureError, DTypeError, ShapeError } from "../core/errors";
import { sameShape, showShape, showSpec } from "../core/shape";
import { topological } from "./op";
import { overlap, type Tensor } from "./tensor";
import { isWritten, recordUpdate } from "./trace";

/**
 * Sets a state to a computed value at the end of the step: everything in the step still reads the old value. Of several values
 * assigned to one state, the last one stays. A value that is computed from a state which the step has already written (by an
 * optimizer, say) is refused: it is made of the old value and would undo that write.
 * @throws CaptureError where `state` is no state, or the value would undo an earlier write
 * @throws ShapeError, DTypeError unless the value has the state's shape and dtype
 */
export function assign(state: Tensor, value: Tensor, name = "assign"): void {
  if (state.leaf?.kind !== "state")
    throw new CaptureError(name, "the target is no state", { target: showSpec(state) }, "make it by state(…)");
  if (!sameShape(state.shape, value.shape))
    throw new ShapeError(name, "shapes differ", { state: showShape(state.shape), value: showShape(value.shape) });
  if (state.dtype !== value.dtype)
    throw new DTypeError(name, "dtypes differ", { state: state.dtype, value: value.dtype });
  const leaves = topological([value], (t) => t.source?.inputs ?? []).filter((t) => t.leaf);
  if (isWritten(state) && leaves.some((t) => overlap(t, state)))
    throw new CaptureError(
      name,
      "the value is made of the state as it was before the step, and would undo what the step has written there",
      { state: `${state.leaf.name} ${showSpec(state)}` },
      "capture the assign as a step of its own, which runs after this one; in eager code await engine.read(loss) first",
    );
  recordUpdate({ name, reads: [value], writes: [state], assigns: [{ from: value, to: state }], lower: () => [] });
}
