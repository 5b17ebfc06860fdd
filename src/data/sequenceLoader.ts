import { DataError } from "../core/errors";
import { checkArray } from "../core/given";
import { optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { takeRows } from "../ops/takeRows";
import { type Dataset, Loader, type LoaderOptions } from "./loader";
import { padSequences } from "./sequences";

/** One field of the examples on the GPU, such as source sentences, their translations, or their tags. */
export interface SequenceField {
  /** i32 [count, T]. */
  readonly ids: Tensor;
  /** i32 [count]. */
  readonly lengths: Tensor;
}

export interface SequenceDatasetOptions {
  /** Id that sequences of every field are padded with; default 0. */
  readonly pad?: number;
  /** T of each field; default the length of its longest sequence. Longer ones are refused. */
  readonly length?: number;
}

/**
 * Examples of one or several padded sequences each, on the GPU. For sequences of very unequal length make one such data set
 * per bucket, see `bucketByLength`. A class label is a sequence of length 1.
 */
export class SequenceDataset<F extends string = string> implements Dataset<Record<F, SequenceField>> {
  readonly count: number;
  readonly pad: number;
  readonly fields: Readonly<Record<F, SequenceField>>;

  /**
   * @param fields the sequences of each field, example after example
   * @throws DataError where there are no examples, fields have different numbers of them, or a sequence is too long
   */
  constructor(fields: Readonly<Record<F, readonly ArrayLike<number>[]>>, options: SequenceDatasetOptions = {}) {
    const { pad = 0, length } = optionsOf("SequenceDataset", options, "pad length");
    if (typeof fields !== "object" || fields === null)
      throw new DataError("SequenceDataset", `the fields are ${fields}`, { wants: "lists of sequences by name" });
    for (const [name, sequences] of Object.entries(fields)) checkArray("SequenceDataset", name, sequences as never);
    const entries = Object.entries(fields) as [F, readonly ArrayLike<number>[]][];
    this.count = entries[0]?.[1].length ?? 0;
    this.pad = pad;
    if (this.count === 0) throw new DataError("SequenceDataset", "no examples");
    if (entries.some(([, sequences]) => sequences.length !== this.count))
      throw new DataError("SequenceDataset", "fields have unequal numbers of sequences", {
        sequences: entries.map(([name, sequences]) => `${name} ${sequences.length}`).join(", "),
      });
    const made = entries.map(([name, sequences]) => {
      const padded = padSequences(sequences, { pad, length });
      const ids = state(`${name}.ids`, { shape: padded.shape, dtype: "i32" }, () => padded.ids);
      const lengths = state(`${name}.lengths`, { shape: [this.count], dtype: "i32" }, () => padded.lengths);
      return [name, { ids, lengths }];
    });
    this.fields = Object.fromEntries(made) as Record<F, SequenceField>;
  }

  /** @returns for each field `ids` i32 [n, T] and `lengths` i32 [n]; padding, and length 0, where there is no example */
  take(indices: Tensor): Record<F, SequenceField> {
    const taken = (Object.entries(this.fields) as [F, SequenceField][]).map(([name, { ids, lengths }]) => [
      name,
      { ids: takeRows(ids, indices, { missing: this.pad }), lengths: takeRows(lengths, indices) },
    ]);
    return Object.fromEntries(taken) as Record<F, SequenceField>;
  }
}

export type SequenceLoaderOptions = LoaderOptions;

/** A {@link Loader} of padded sequences. */
export class SequenceLoader<F extends string = string> extends Loader<Record<F, SequenceField>> {
  declare readonly dataset: SequenceDataset<F>;
}
