import topKCount from "../../shaders/top_k_count.wgsl";
import topKCountTree from "../../shaders/top_k_count_tree.wgsl";
import { ShapeError } from "../core/errors";
import { checkArray } from "../core/given";
import { checkWhole } from "../core/shape";
import { state, type Tensor } from "../graph/tensor";
import { recordUpdate } from "../graph/trace";
import { rowsOf } from "./rows";
import { share } from "./scores";

/** Counts, on the GPU, how often the label is among the k largest logits. */
export class TopK {
  /** u32[2]: rows whose label was among the k largest, and all rows. */
  readonly counts: Tensor;

  /** @throws ShapeError unless k is an integer of at least 1 */
  constructor(readonly k: number) {
    checkWhole("TopK", { k });
    this.counts = state("top_k", { shape: [2], dtype: "u32" });
  }

  /**
   * Adds a batch, as part of the step that is being captured. Of equal logits the first is the larger.
   * @param scores f32 or f16 [N, C]
   * @param labels i32, one per row, of any shape; rows with a label that is no class are left out
   * @throws ShapeError, DTypeError
   */
  add(scores: Tensor, labels: Tensor): void {
    const { counts, k } = this;
    const { buffers, params, isLong, byInvocation, byWorkgroup } = rowsOf("TopK", scores, labels);
    const request = { buffers: { ...buffers, counts }, params: { ...params, k } };
    recordUpdate({
      name: "top_k",
      reads: [buffers.logits, buffers.labels],
      writes: [counts],
      lower: (target) => [
        isLong(target)
          ? topKCountTree.dispatch({ ...request, grid: byWorkgroup })
          : topKCount.dispatch({ ...request, grid: byInvocation }),
      ],
    });
  }
}

/** The share of rows that {@link TopK} counted as right, 0…1; 0 where it counted none. @throws ShapeError unless two counts */
export function topKAccuracyOf(counts: ArrayLike<number>): number {
  checkArray("topKAccuracyOf", "counts", counts);
  if (counts.length !== 2) throw new ShapeError("topKAccuracyOf", `${counts.length} counts`, { wants: "2" });
  return share(counts[0]!, counts[1]!);
}
