import { DataError } from "../core/errors";
import { countSteps } from "../graph/counter";
import { state, type Tensor } from "../graph/tensor";
import { batchIndices } from "../ops/batchIndices";
import { takeBytes } from "../ops/takeBytes";
import { takeRows } from "../ops/takeRows";
import type { ImageDataset } from "./dataset";

export interface LoaderOptions {
  /** Examples of a batch. */
  readonly batch: number;
  /** Read each epoch in another order, given by the seed; then the rest that fills no batch is left out. Default false. */
  readonly shuffle?: boolean;
  readonly seed?: number;
}

/**
 * Gathers batches on the GPU. Which examples make up a batch follows from a position that the GPU itself counts on, so a
 * captured step that calls {@link next} is fed nothing.
 */
export class Loader {
  /** u32[2]: seed, and the number of batches taken. Belongs into checkpoints. */
  readonly position: Tensor;
  readonly batch: number;
  /** Batches of one epoch. */
  readonly batches: number;
  readonly #shuffle: boolean;

  /** @throws DataError where the batch is empty, or larger than a shuffled data set */
  constructor(
    readonly dataset: ImageDataset,
    { batch, shuffle = false, seed = 0 }: LoaderOptions,
  ) {
    if (!Number.isInteger(batch) || batch < 1) throw new DataError("Loader", `a batch of ${batch} examples`);
    if (shuffle && batch > dataset.count)
      throw new DataError("Loader", `a batch of ${batch}`, { "data set": `${dataset.count} examples` });
    this.batch = batch;
    this.batches = shuffle ? Math.floor(dataset.count / batch) : Math.ceil(dataset.count / batch);
    this.#shuffle = shuffle;
    this.position = state("position", { shape: [2], dtype: "u32" }, () => Uint32Array.of(seed, 0));
  }

  /**
   * The next batch, as part of the step that is being captured.
   * @returns `x` f32 [batch, …shape], normalised; `labels` i32 [batch], −1 (and zeros for x) beyond the last example
   */
  next(): { x: Tensor; labels: Tensor } {
    const { count, images, labels, shape, mean, std } = this.dataset;
    const indices = batchIndices(this.position, {
      count,
      batch: this.batch,
      batches: this.batches,
      shuffle: this.#shuffle,
    });
    countSteps(this.position, 1);
    return {
      x: takeBytes(images, indices, { rows: count, shape, mean, std }),
      labels: takeRows(labels, indices, { missing: -1 }),
    };
  }
}
