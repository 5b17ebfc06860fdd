import topKCount from "../../shaders/top_k_count.wgsl";
import topKCountTree from "../../shaders/top_k_count_tree.wgsl";
import { DTypeError, ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { widened } from "../graph/cast";
import { state, type Tensor } from "../graph/tensor";
import { recordUpdate } from "../graph/trace";
import { folded } from "../kernel/kernel";
import { share } from "./scores";

/** Classes from which on a row is worth a workgroup, and its lanes. */
const LONG_ROW = 32;
const LANES = 64;

/** Counts, on the GPU, how often the label is among the k largest logits. */
export class TopK {
  /** u32[2]: rows whose label was among the k largest, and all rows. */
  readonly counts: Tensor;

  /** @throws ShapeError unless k is an integer of at least 1 */
  constructor(readonly k: number) {
    if (!(Number.isInteger(k) && k >= 1)) throw new ShapeError("TopK", `k ${k}`, { wants: "an integer of at least 1" });
    this.counts = state("top_k", { shape: [2], dtype: "u32" });
  }

  /**
   * Adds a batch, as part of the step that is being captured. Of equal logits the first is the larger.
   * @param scores f32 or f16 [N, C]
   * @param labels i32 [N]; rows with a label that is no class are left out
   * @throws ShapeError, DTypeError
   */
  add(scores: Tensor, labels: Tensor): void {
    const logits = widened(scores);
    const [rows, classes] = logits.shape as [number, number];
    if (logits.shape.length !== 2 || labels.shape.length !== 1 || labels.size !== rows)
      throw new ShapeError("TopK", "logits and labels do not fit", {
        logits: `${showShape(logits.shape)}, wants [N, C]`,
        labels: `${showShape(labels.shape)}, wants [N]`,
      });
    if (logits.dtype !== "f32") throw new DTypeError("TopK", `logits of dtype ${logits.dtype}`, { wants: "f32" });
    if (labels.dtype !== "i32") throw new DTypeError("TopK", `labels of dtype ${labels.dtype}`, { wants: "i32" });
    const { counts, k } = this;
    const request = { buffers: { logits, labels, counts }, params: { rows, classes, k } };
    const [length, layers] = folded(rows);
    const grid = [length * LANES, layers] as const;
    recordUpdate({
      name: "top_k",
      reads: [logits, labels],
      writes: [counts],
      lower: ({ cpu }) => [
        cpu || classes < LONG_ROW
          ? topKCount.dispatch({ ...request, grid: rows })
          : topKCountTree.dispatch({ ...request, grid }),
      ],
    });
  }
}

/** The share of rows that {@link TopK} counted as right, 0…1; 0 where it counted none. */
export const topKAccuracyOf = (counts: ArrayLike<number>): number => share(counts[0]!, counts[1]!);
