import { DataError } from "../core/errors";
import { checkCounts } from "../core/given";
import { checkSeed } from "../core/random";
import { countSteps } from "../graph/counter";
import { optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { takeWindows, type WindowsInOrder, type WindowsShuffled } from "../ops/takeWindows";
import type { TokenDataset } from "./tokenDataset";

export interface WindowLoaderOptions {
  /** N, the number of windows in a batch. */
  readonly batch: number;
  /** T, the number of tokens in a window. */
  readonly length: number;
  /**
   * Read each epoch in another order, given by the seed, and let windows begin at other places, so that no token is always at
   * a window's end; tokens left over that fill no window or no batch are left out then. Default false: every token, in order.
   */
  readonly shuffle?: boolean;
  /** Tokens from the start of a shuffled window to that of the next; default T, so windows do not overlap. */
  readonly stride?: number;
  /** Decides order and places of the epochs, an integer; default 0. */
  readonly seed?: number;
  /** Windows are [T, N]; default false: [N, T]. */
  readonly timeFirst?: boolean;
}

/** Windows of a token stream with their labels, for models that keep no state between batches. */
export class WindowLoader {
  /** u32[2]: seed, and the number of batches taken. Belongs into checkpoints. */
  readonly position: Tensor;
  /** Number of batches in an epoch. */
  readonly batches: number;
  /** Number of labels in an epoch that are not −1. */
  readonly labels: number;
  readonly #order: WindowsInOrder | WindowsShuffled;

  /** @throws DataError where the stream is too short for a shuffled batch, or the seed is no integer */
  constructor(
    readonly dataset: TokenDataset,
    readonly options: WindowLoaderOptions,
  ) {
    optionsOf("WindowLoader", options, "batch length shuffle stride seed timeFirst");
    const { batch, length, shuffle = false, stride = length, seed = 0 } = options;
    checkSeed("WindowLoader", seed);
    checkCounts("WindowLoader", { "dataset.count": dataset?.count });
    checkCounts("WindowLoader", { batch, length, stride });
    const labels = dataset.count - 1;
    if (shuffle) {
      this.#order = shuffledWindows(labels, length, stride);
      this.batches = Math.floor(this.#order.windows / batch);
      this.labels = this.batches * batch * length;
    } else {
      this.#order = { rowStep: length, batchStep: batch * length };
      this.batches = Math.ceil(labels / (batch * length));
      this.labels = labels;
    }
    if (this.batches < 1)
      throw new DataError("WindowLoader", `a batch of ${batch} windows of ${length} tokens, ${stride} apart`, {
        "data set": `${dataset.count} tokens`,
      });
    this.position = state("position", { shape: [2], dtype: "u32" }, () => Uint32Array.of(seed, 0));
  }

  /**
   * The next batch, as part of the step that is being captured.
   * @returns `ids` and `labels` i32 [N, T] or [T, N]; labels are −1 (and ids 0) beyond the last token
   */
  next(): { ids: Tensor; labels: Tensor } {
    const { batch, length, timeFirst = false } = this.options;
    const attrs = { batch, length, batches: this.batches, order: this.#order, timeFirst };
    const { ids, labels } = takeWindows(this.dataset.tokens, this.position, attrs);
    countSteps(this.position, 1);
    return { ids, labels };
  }
}

/** As many windows as fit at every phase; a stream with room for one window only has fewer phases. */
function shuffledWindows(labels: number, length: number, stride: number): WindowsShuffled {
  const windows = Math.floor((labels + 1 - length) / stride);
  if (windows >= 1) return { windows, stride, phases: stride };
  return { windows: labels >= length ? 1 : 0, stride, phases: Math.max(1, labels + 1 - length) };
}
