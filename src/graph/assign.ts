import { CaptureError, DTypeError, ShapeError } from "../core/errors";
import { sameShape, showShape, showSpec } from "../core/shape";
import { topological } from "./op";
import { overlap, type Tensor } from "./tensor";
import { isWritten, recordUpdate } from "./trace";

/**
 * Sets a state to a computed value once the step has been computed: everything in the step still reads the old value. So a
 * value that is made of the state would undo what the step has written there before, an optimizer's step say, and is refused
 * then; of several other values the last one stays.
 * @throws CaptureError where `state` is no state, or the value would undo an earlier write
 * @throws ShapeError, DTypeError unless the value is of the state's shape and dtype
 */
export function assign(state: Tensor, value: Tensor, name = "assign"): void {
  if (state.leaf?.kind !== "state")
    throw new CaptureError(name, "the target is no state", { target: showSpec(state) }, "make it by state(…)");
  if (!sameShape(state.shape, value.shape))
    throw new ShapeError(name, "shapes differ", { state: showShape(state.shape), value: showShape(value.shape) });
  if (state.dtype !== value.dtype)
    throw new DTypeError(name, "dtypes differ", { state: state.dtype, value: value.dtype });
  if (isWritten(state) && readsOf(value).some((t) => overlap(t, state)))
    throw new CaptureError(
      name,
      "the value is made of the state as it was before the step, and would undo what the step has written there",
      { state: `${state.leaf.name} ${showSpec(state)}` },
      "capture the assign as a step of its own, which runs after this one; in eager code await engine.read(loss) first",
    );
  recordUpdate({ name, reads: [value], writes: [state], assigns: [{ from: value, to: state }], lower: () => [] });
}

/** The leaves that a value is made of. */
const readsOf = (value: Tensor): readonly Tensor[] =>
  topological([value], (t) => t.source?.inputs ?? []).filter((t) => t.leaf);
