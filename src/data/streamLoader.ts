import { DataError } from "../core/errors";
import { checkCounts } from "../core/given";
import { countSteps } from "../graph/counter";
import { optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { type TakenWindows, takeWindows } from "../ops/takeWindows";
import type { TokenDataset } from "./tokenDataset";

export interface StreamLoaderOptions {
  /** N, the number of streams read side by side. */
  readonly batch: number;
  /** T, the tokens of a chunk: how far back truncated backpropagation through time reaches. */
  readonly length: number;
  /** Chunks are [T, N], for loops over time; default false: [N, T]. */
  readonly timeFirst?: boolean;
  /**
   * Read every token, for evaluation: incomplete chunks are filled up with labels −1. Default false: tokens left over when
   * every stream has whole chunks only are left out.
   */
  readonly whole?: boolean;
}

/**
 * Cuts a token stream into N stretches of equal length and reads them side by side, chunk after chunk, so that a recurrent
 * net can keep its state from one batch to the next. After the last chunk it begins anew; `restart` is 1 then.
 */
export class StreamLoader {
  /** u32[2]: 0, and the number of chunks taken. Belongs into checkpoints. */
  readonly position: Tensor;
  /** Number of chunks in an epoch. */
  readonly batches: number;
  /** Number of labels in an epoch that are not −1. */
  readonly labels: number;
  readonly #stretch: number;

  /** @throws DataError where the stream is too short for a chunk of every stream */
  constructor(
    readonly dataset: TokenDataset,
    readonly options: StreamLoaderOptions,
  ) {
    const { batch, length, whole = false } = optionsOf("StreamLoader", options, "batch length timeFirst whole");
    checkCounts("StreamLoader", { "dataset.count": dataset?.count });
    checkCounts("StreamLoader", { batch, length });
    const labels = dataset.count - 1;
    this.#stretch = whole ? Math.ceil(labels / batch) : Math.floor(labels / batch);
    this.batches = whole ? Math.ceil(this.#stretch / length) : Math.floor(this.#stretch / length);
    this.labels = whole ? labels : batch * length * this.batches;
    if (this.batches < 1)
      throw new DataError("StreamLoader", `${dataset.count} tokens`, {
        wants: `at least ${batch * length + 1} for ${batch} streams and chunks of ${length}`,
      });
    this.position = state("position", { shape: [2], dtype: "u32" });
  }

  /**
   * The next chunk of every stream, as part of the step that is being captured.
   * @returns `ids` and `labels` i32 [N, T] or [T, N]; `restart` u32 [1]: 1 where the state kept from the previous chunk must
   * be set to zero, as by `where(restart, 0, h)`
   */
  next(): TakenWindows {
    const { batch, length, timeFirst = false } = this.options;
    const order = { rowStep: this.#stretch, batchStep: length, rowLength: this.#stretch };
    const attrs = { batch, length, batches: this.batches, order, timeFirst };
    const taken = takeWindows(this.dataset.tokens, this.position, attrs);
    countSteps(this.position, 1);
    return taken;
  }
}
