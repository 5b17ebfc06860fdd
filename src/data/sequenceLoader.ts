import { DataError } from "../core/errors";
import { countSteps } from "../graph/counter";
import { optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { batchIndices } from "../ops/batchIndices";
import { takeRows } from "../ops/takeRows";
import { padSequences } from "./sequences";
import { checkSizes } from "./tokenDataset";

/** One field of the examples on the GPU: a source sentence, its translation, its tags. */
interface Field {
  /** i32 [count, T]. */
  readonly ids: Tensor;
  /** i32 [count]. */
  readonly lengths: Tensor;
}

export interface SequenceDatasetOptions {
  /** Id to fill sequences up with, in every field; default 0. */
  readonly pad?: number;
  /** T of each field; default that of its longest sequence. Longer ones are refused. */
  readonly length?: number;
}

/**
 * Examples of one or several sequences each, padded, on the GPU. For sequences of very unequal length make one a bucket, see
 * `bucketByLength`. A class label is a sequence of one.
 */
export class SequenceDataset<F extends string = string> {
  readonly count: number;
  readonly pad: number;
  readonly fields: Readonly<Record<F, Field>>;

  /**
   * @param fields the sequences of each field, example after example
   * @throws DataError where there are no examples, a field has fewer than another, or a sequence is too long
   */
  constructor(fields: Readonly<Record<F, readonly ArrayLike<number>[]>>, options: SequenceDatasetOptions = {}) {
    const { pad = 0, length } = optionsOf("SequenceDataset", options, "pad length");
    const entries = Object.entries(fields) as [F, readonly ArrayLike<number>[]][];
    const counts = entries.map(([name, sequences]) => `${name} ${sequences.length}`);
    this.count = entries[0]?.[1].length ?? 0;
    this.pad = pad;
    if (this.count === 0) throw new DataError("SequenceDataset", "no examples");
    if (entries.some(([, sequences]) => sequences.length !== this.count))
      throw new DataError("SequenceDataset", "fields have unequal numbers of sequences", {
        sequences: counts.join(", "),
      });
    const made = entries.map(([name, sequences]) => {
      const padded = padSequences(sequences, { pad, ...(length === undefined ? {} : { length }) });
      const ids = state(`${name}.ids`, { shape: padded.shape, dtype: "i32" }, () => padded.ids);
      return [name, { ids, lengths: state(`${name}.lengths`, lengthsSpec(this.count), () => padded.lengths) }];
    });
    this.fields = Object.fromEntries(made) as Record<F, Field>;
  }
}

const lengthsSpec = (count: number) => ({ shape: [count], dtype: "i32" as const });

export interface SequenceLoaderOptions {
  /** Examples of a batch, N. */
  readonly batch: number;
  /** Read each epoch in another order, given by the seed; then the rest that fills no batch is left out. Default false. */
  readonly shuffle?: boolean;
  readonly seed?: number;
}

/** Gathers batches of padded sequences on the GPU. */
export class SequenceLoader<F extends string = string> {
  /** u32[2]: seed, and the number of batches taken. Belongs into checkpoints. */
  readonly position: Tensor;
  /** Batches of one epoch. */
  readonly batches: number;

  /** @throws DataError where the batch is empty, or larger than a shuffled data set */
  constructor(
    readonly dataset: SequenceDataset<F>,
    readonly options: SequenceLoaderOptions,
  ) {
    const { batch, shuffle = false, seed = 0 } = optionsOf("SequenceLoader", options, "batch shuffle seed");
    checkSizes("SequenceLoader", { batch });
    if (shuffle && batch > dataset.count)
      throw new DataError("SequenceLoader", `a batch of ${batch}`, { "data set": `${dataset.count} examples` });
    this.batches = shuffle ? Math.floor(dataset.count / batch) : Math.ceil(dataset.count / batch);
    this.position = state("position", { shape: [2], dtype: "u32" }, () => Uint32Array.of(seed, 0));
  }

  /**
   * The next batch, as part of the step that is being captured.
   * @returns for each field `ids` i32 [N, T] and `lengths` i32 [N]; beyond the last example padding, and length 0
   */
  next(): Record<F, Field> {
    const { batch, shuffle = false } = this.options;
    const { count, pad, fields } = this.dataset;
    const rows = batchIndices(this.position, { count, batch, batches: this.batches, shuffle });
    countSteps(this.position, 1);
    const taken = (Object.entries(fields) as [F, Field][]).map(([name, { ids, lengths }]) => [
      name,
      { ids: takeRows(ids, rows, { missing: pad }), lengths: takeRows(lengths, rows) },
    ]);
    return Object.fromEntries(taken) as Record<F, Field>;
  }
}
