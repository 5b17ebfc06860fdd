import { DataError } from "../core/errors";
import { countSteps } from "../graph/counter";
import { optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { type TakenWindows, takeWindows } from "../ops/takeWindows";
import { checkSizes, type TokenDataset } from "./tokenDataset";

export interface StreamLoaderOptions {
  /** Streams read side by side, N. */
  readonly batch: number;
  /** Tokens of a chunk, T: how far back gradients of truncated backpropagation through time reach. */
  readonly length: number;
  /** Chunks lie as [T, N], as loops over time want them; default false: [N, T]. */
  readonly timeFirst?: boolean;
  /**
   * Read every token, as evaluation wants it: what does not come out even is made up with labels −1. Default false: the rest
   * that fills no chunk of every stream is left out.
   */
  readonly whole?: boolean;
}

/**
 * Cuts a token stream into N stretches of equal length and reads them side by side, chunk after chunk, so that the state of
 * a recurrent net carries on from one batch to the next. After the last chunk it begins anew, and says so by `restart`.
 */
export class StreamLoader {
  /** u32[2]: 0, and the number of chunks taken. Belongs into checkpoints. */
  readonly position: Tensor;
  /** Chunks of one epoch. */
  readonly batches: number;
  /** Labels of one epoch that count, that is are not −1. */
  readonly labels: number;
  readonly #stretch: number;

  /** @throws DataError where the stream is too short for a chunk of every stream */
  constructor(
    readonly dataset: TokenDataset,
    readonly options: StreamLoaderOptions,
  ) {
    const { batch, length, whole = false } = optionsOf("StreamLoader", options, "batch length timeFirst whole");
    checkSizes("StreamLoader", { batch, length });
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
   * @returns `ids` and `labels` i32 [N, T] or [T, N]; `restart` u32 [1]: 1 where the state kept from the chunk before must be
   * zeroed, as in `where(restart, 0, h)`
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
