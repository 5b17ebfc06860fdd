import confusion from "../../shaders/confusion.wgsl";
import confusionTree from "../../shaders/confusion_tree.wgsl";
import { ShapeError } from "../core/errors";
import { state, type Tensor } from "../graph/tensor";
import { recordUpdate } from "../graph/trace";
import { rowsOf } from "./rows";

/** Counts, on the GPU, how often each class was predicted as each class. */
export class ConfusionMatrix {
  /** u32[classes, classes]: rows are labels, columns predictions. */
  readonly counts: Tensor;

  /** @throws ShapeError unless the classes are an integer of at least 1 */
  constructor(readonly classes: number) {
    if (!(Number.isInteger(classes) && classes >= 1))
      throw new ShapeError("ConfusionMatrix", `${classes} classes`, { wants: "an integer of at least 1" });
    this.counts = state("confusion", { shape: [classes, classes], dtype: "u32" });
  }

  /**
   * Adds a batch, as part of the step that is being captured.
   * @param scores f32 or f16 [N, classes]; the largest is the prediction
   * @param labels i32, one per row, of any shape; rows with a label that is no class are left out
   * @throws ShapeError, DTypeError
   */
  add(scores: Tensor, labels: Tensor): void {
    const { counts } = this;
    const rows = rowsOf("ConfusionMatrix", scores, labels, this.classes);
    const { buffers, params, isLong, byInvocation, byWorkgroup } = rows;
    const request = { buffers: { ...buffers, counts }, params };
    recordUpdate({
      name: "confusion",
      reads: [buffers.logits, buffers.labels],
      writes: [counts],
      lower: (target) => [
        isLong(target)
          ? confusionTree.dispatch({ ...request, grid: byWorkgroup })
          : confusion.dispatch({ ...request, grid: byInvocation }),
      ],
    });
  }
}
