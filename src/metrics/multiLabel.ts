import multiLabelCounts from "../../shaders/multi_label_counts.wgsl";
import { DTypeError, ShapeError } from "../core/errors";
import { checkArray } from "../core/given";
import { sameShape, showShape } from "../core/shape";
import { widened } from "../graph/cast";
import { checkTensors } from "../graph/op";
import { checkOption } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { recordUpdate } from "../graph/trace";
import { MAX_WORKGROUPS } from "../kernel/kernel";
import { type Outcomes, share } from "./scores";

/** Rows that one invocation counts on a CPU, where lanes are few. */
const ROWS_ON_CPU = 1024;
const ROWS = 32;

/** Counts, on the GPU, how labels were predicted of which a row can have several. A binary classifier has one label. */
export class MultiLabelCounts {
  /** u32[labels, 4]: true positives, false positives, false negatives, true negatives. */
  readonly counts: Tensor;

  /**
   * @param threshold a label is predicted where its score is above this; default 0, for logits (use 0.5 for probabilities)
   * @throws ShapeError unless `labels` is an integer of at least 1, and the threshold finite
   */
  constructor(
    readonly labels: number,
    readonly threshold = 0,
  ) {
    if (!(Number.isInteger(labels) && labels >= 1))
      throw new ShapeError("MultiLabelCounts", `${labels} labels`, { wants: "an integer of at least 1" });
    checkOption("MultiLabelCounts", "threshold", threshold, Number.isFinite(threshold), "a number");
    this.counts = state("multi_label_counts", { shape: [labels, 4], dtype: "u32" });
  }

  /**
   * Adds a batch, as part of the step that is being captured.
   * @param given scores f32 or f16 [N, labels], logits or probabilities
   * @param targets [N, labels], u32 or i32 (true where not 0) or f32 (true where above 0.5)
   * @throws ShapeError, DTypeError
   */
  add(given: Tensor, targets: Tensor): void {
    checkTensors("MultiLabelCounts", [given, targets]);
    const scores = widened(given);
    const [rows, n] = scores.shape as [number, number];
    if (scores.shape.length !== 2 || n !== this.labels || !sameShape(scores.shape, targets.shape))
      throw new ShapeError("MultiLabelCounts", "scores and targets do not fit", {
        scores: `${showShape(scores.shape)}, wants [N, ${this.labels}]`,
        targets: `${showShape(targets.shape)}, wants [N, ${this.labels}]`,
      });
    if (scores.dtype !== "f32")
      throw new DTypeError("MultiLabelCounts", `scores of dtype ${scores.dtype}`, { wants: "f32" });
    const { counts, threshold } = this;
    const buffers = { scores, labels: targets, counts };
    const constants = { FLOAT: Number(targets.dtype === "f32") };
    recordUpdate({
      name: "multi_label_counts",
      reads: [scores, targets],
      writes: [counts],
      lower({ cpu }) {
        const parts = Math.min(MAX_WORKGROUPS, Math.ceil(rows / (cpu ? ROWS_ON_CPU : ROWS)));
        const params = { rows, n, parts, threshold };
        return [multiLabelCounts.dispatch({ buffers, params, constants, grid: [n, parts], flops: scores.size })];
      },
    });
  }
}

/** The counts of {@link MultiLabelCounts}, label by label, for {@link averageScores}. @throws ShapeError unless four a label */
export function multiLabelOutcomes(counts: ArrayLike<number>): Outcomes[] {
  checkArray("multiLabelOutcomes", "counts", counts);
  if (counts.length % 4) throw new ShapeError("multiLabelOutcomes", `${counts.length} counts`, { wants: "4 · labels" });
  return Array.from({ length: counts.length / 4 }, (_, l) => {
    const at = (i: number) => counts[4 * l + i]!;
    return { truePositives: at(0), falsePositives: at(1), falseNegatives: at(2), trueNegatives: at(3) };
  });
}

/** The share of wrong predictions over all labels and rows (Hamming loss), 0…1; 0 where nothing was counted. */
export function hammingLoss(outcomes: readonly Outcomes[]): number {
  checkArray("hammingLoss", "outcomes", outcomes);
  let [wrong, all] = [0, 0];
  for (const { truePositives, falsePositives, falseNegatives, trueNegatives } of outcomes) {
    wrong += falsePositives + falseNegatives;
    all += truePositives + falsePositives + falseNegatives + trueNegatives;
  }
  return share(wrong, all);
}
