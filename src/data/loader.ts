import { DataError } from "../core/errors";
import { checkCounts } from "../core/given";
import { checkSeed } from "../core/random";
import { countSteps } from "../graph/counter";
import { optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { batchIndices } from "../ops/batchIndices";

/** Examples on the GPU, from which a {@link Loader} takes batches. */
export interface Dataset<Batch extends object = { x: Tensor; labels: Tensor }> {
  /** Number of examples. */
  readonly count: number;
  /**
   * The examples with these indices, as part of the step that is being captured.
   * @param indices u32[n]; `count` or more stands for no example
   */
  take(indices: Tensor): Batch;
}

export interface LoaderOptions {
  /** Number of examples in a batch. */
  readonly batch: number;
  /** Read each epoch in another order, given by the seed; a last batch that is not full is left out then. Default false. */
  readonly shuffle?: boolean;
  /** Decides the order of the epochs, an integer; default 0. */
  readonly seed?: number;
}

/**
 * Gathers batches on the GPU. The GPU itself counts the batches taken, so a captured step that calls {@link next} needs no
 * input.
 */
export class Loader<Batch extends object = { x: Tensor; labels: Tensor }> {
  /** u32[2]: seed, and the number of batches taken. Belongs into checkpoints. */
  readonly position: Tensor;
  readonly batch: number;
  /** Number of batches in an epoch. */
  readonly batches: number;
  readonly #shuffle: boolean;

  /** @throws DataError where the data set or the batch is empty, or the batch larger than a shuffled data set, or the seed is no integer */
  constructor(
    readonly dataset: Dataset<Batch>,
    options: LoaderOptions,
  ) {
    const { batch, shuffle = false, seed = 0 } = optionsOf("Loader", options, "batch shuffle seed");
    checkSeed("Loader", seed);
    checkCounts("Loader", { "dataset.count": dataset?.count });
    if (!Number.isInteger(batch) || batch < 1) throw new DataError("Loader", `a batch of ${batch} examples`);
    if (shuffle && batch > dataset.count)
      throw new DataError("Loader", `a batch of ${batch}`, { "data set": `${dataset.count} examples` });
    this.batch = batch;
    this.batches = shuffle ? Math.floor(dataset.count / batch) : Math.ceil(dataset.count / batch);
    this.#shuffle = shuffle;
    this.position = state("position", { shape: [2], dtype: "u32" }, () => Uint32Array.of(seed, 0));
  }

  /**
   * The next `batch` examples as the data set gives them, as part of the step that is being captured. The last batch of an
   * epoch that is not shuffled may end with rows that are no example.
   */
  next(): Batch {
    const { dataset, batch, batches, position } = this;
    const indices = batchIndices(position, { count: dataset.count, batch, batches, shuffle: this.#shuffle });
    countSteps(position, 1);
    return dataset.take(indices);
  }
}
