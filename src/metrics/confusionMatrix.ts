import confusion from "../../shaders/confusion.wgsl";
import confusionTree from "../../shaders/confusion_tree.wgsl";
import { DTypeError, ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { widened } from "../graph/cast";
import { state, type Tensor } from "../graph/tensor";
import { recordUpdate } from "../graph/trace";
import { folded } from "../kernel/kernel";

/** Classes from which on a row is worth a workgroup, and its lanes. */
const LONG_ROW = 32;
const LANES = 64;

/** Counts, on the GPU, how often each class was taken for each. */
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
   * @param labels i32 [N]; rows with a label that is no class are left out
   * @throws ShapeError, DTypeError
   */
  add(scores: Tensor, labels: Tensor): void {
    const logits = widened(scores);
    const [rows, classes] = logits.shape as [number, number];
    if (logits.shape.length !== 2 || classes !== this.classes || labels.size !== rows)
      throw new ShapeError("ConfusionMatrix", "logits and labels do not fit", {
        logits: `${showShape(logits.shape)}, wants [N, ${this.classes}]`,
        labels: `${showShape(labels.shape)}, wants [N]`,
      });
    if (logits.dtype !== "f32")
      throw new DTypeError("ConfusionMatrix", `logits of dtype ${logits.dtype}`, { wants: "f32" });
    if (labels.dtype !== "i32")
      throw new DTypeError("ConfusionMatrix", `labels of dtype ${labels.dtype}`, { wants: "i32" });
    const { counts } = this;
    const request = { buffers: { logits, labels, counts }, params: { rows, classes } };
    const [length, layers] = folded(rows);
    const grid = [length * LANES, layers] as const;
    recordUpdate({
      name: "confusion",
      reads: [logits, labels],
      writes: [counts],
      lower: ({ cpu }) => [
        cpu || classes < LONG_ROW
          ? confusion.dispatch({ ...request, grid: rows })
          : confusionTree.dispatch({ ...request, grid }),
      ],
    });
  }
}
