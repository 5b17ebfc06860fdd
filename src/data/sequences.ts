import { DataError } from "../core/errors";
import { checkArray, checkCounts } from "../core/given";
import { permuted } from "../core/permutation";
import { checkSeed } from "../core/random";
import { optionsOf } from "../graph/options";

/** Sequences of unequal length as one table: row n holds `lengths[n]` ids, then padding. */
export interface PaddedSequences {
  /** [N, T], row-major. */
  readonly ids: Int32Array<ArrayBuffer>;
  /** [N]. */
  readonly lengths: Int32Array<ArrayBuffer>;
  readonly shape: readonly [number, number];
}

export interface PadSequencesOptions {
  /** T; default the length of the longest sequence, at least 1. */
  readonly length?: number | undefined;
  /** Id to pad with; default 0. */
  readonly pad?: number;
  /** Truncate longer sequences instead of refusing them; default false. */
  readonly truncate?: boolean;
}

/**
 * Pads sequences to one length, as input for a step.
 * @throws DataError where there is no sequence, or one is too long, or a token is no integer
 */
export function padSequences(
  sequences: readonly ArrayLike<number>[],
  options: PadSequencesOptions = {},
): PaddedSequences {
  checkArray("padSequences", "the list of sequences", sequences);
  sequences.forEach((s, n) => {
    checkArray("padSequences", `sequence ${n}`, s);
  });
  // A set, since `Math.max` of every length could have more arguments than a call may have.
  const longest = Math.max(1, ...new Set(sequences.map((s) => s.length)));
  const { length = longest, pad = 0, truncate = false } = optionsOf("padSequences", options, "length pad truncate");
  if (sequences.length === 0) throw new DataError("padSequences", "no sequences");
  checkCounts("padSequences", { length });
  checkId("padSequences", "pad", pad);
  const ids = new Int32Array(sequences.length * length).fill(pad);
  const lengths = new Int32Array(sequences.length);
  sequences.forEach((sequence, n) => {
    if (sequence.length > length && !truncate)
      throw new DataError(
        "padSequences",
        `sequence ${n} has ${sequence.length} tokens`,
        { length: String(length) },
        "pass { truncate: true } to cut it off",
      );
    lengths[n] = Math.min(sequence.length, length);
    for (let t = 0; t < lengths[n]!; t++) {
      checkId("padSequences", `token ${t} of sequence ${n}`, sequence[t]!);
      ids[n * length + t] = sequence[t]!;
    }
  });
  return { ids, lengths, shape: [sequences.length, length] };
}

/** @throws DataError unless it is an integer that i32 holds */
function checkId(what: string, name: string, id: number): void {
  if (!Number.isInteger(id) || id !== (id | 0)) throw new DataError(what, `${name} is ${id}`, { wants: "an integer" });
}

/** Sequences of similar length. */
export interface Bucket {
  /** Length of the longest among them: what to pad to. */
  readonly length: number;
  /** Which sequences, in the order given. */
  readonly rows: Uint32Array<ArrayBuffer>;
}

/**
 * Sorts sequences into buckets of similar length, so that little of a batch is padding. Each bucket has its own shape, and so
 * needs its own captured step: a few are enough.
 * @param lengths of the sequences
 * @param buckets how many buckets, each with about equally many sequences (fewer buckets where there are few different
 * lengths); or the greatest length of each, ascending; sequences longer than the last are refused
 * @throws DataError where there is no sequence, one is too long, or the bounds do not ascend
 */
export function bucketByLength(lengths: ArrayLike<number>, buckets: number | readonly number[]): Bucket[] {
  checkArray("bucketByLength", "the list of lengths", lengths);
  for (let n = 0; n < lengths.length; n++) checkCounts("bucketByLength", { [`length ${n}`]: lengths[n]! }, 0);
  if (typeof buckets !== "number") checkArray("bucketByLength", "the list of bounds", buckets);
  const all = Uint32Array.from(lengths);
  if (all.length === 0) throw new DataError("bucketByLength", "no sequences");
  const bounds = typeof buckets === "number" ? quantiles(all, buckets) : buckets;
  const descends = bounds.findIndex((b, i) => !(b > (bounds[i - 1] ?? -1)));
  if (bounds.length === 0 || descends >= 0)
    throw new DataError("bucketByLength", `bounds ${bounds.join(", ")}`, { wants: "one or more, ascending" });
  const rows: number[][] = bounds.map(() => []);
  all.forEach((length, n) => {
    const b = bounds.findIndex((bound) => length <= bound);
    if (b < 0)
      throw new DataError("bucketByLength", `sequence ${n} has length ${length}`, {
        "longest bucket": String(bounds.at(-1)),
      });
    rows[b]!.push(n);
  });
  return rows
    .filter((list) => list.length > 0)
    .map((list) => ({ length: Math.max(1, ...new Set(list.map((n) => all[n]!))), rows: Uint32Array.from(list) }));
}

function quantiles(lengths: Uint32Array, count: number): number[] {
  if (!(Number.isInteger(count) && count >= 1))
    throw new DataError("bucketByLength", `${count} buckets`, { wants: "an integer of at least 1" });
  const sorted = lengths.slice().sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
  return [...new Set(Array.from({ length: count }, (_, b) => at((b + 1) / count)))];
}

/** One batch of a bucket: which sequences, and the length to pad them to. */
export interface BucketedBatch {
  readonly bucket: number;
  readonly length: number;
  readonly rows: Uint32Array<ArrayBuffer>;
}

export interface BucketedBatchesOptions {
  /** Number of sequences in a batch. */
  readonly batch: number;
  /** Form other batches each epoch, and mix the buckets; default false. */
  readonly shuffle?: boolean;
  /** Decides the order of the epochs, an integer; default 0. */
  readonly seed?: number;
  /** Number of the epoch, from 0: with `shuffle` each has an order of its own. Default 0. */
  readonly epoch?: number;
  /** Leave out batches that are not full; default false. */
  readonly dropLast?: boolean;
}

/**
 * The batches of one epoch, each from one bucket; {@link padSequences} makes a step's input of one.
 * @throws DataError where the batch is empty, or seed or epoch are no integers
 */
export function bucketedBatches(buckets: readonly Bucket[], options: BucketedBatchesOptions): BucketedBatch[] {
  optionsOf("bucketedBatches", options, "batch shuffle seed epoch dropLast");
  const { batch, shuffle = false, seed = 0, epoch = 0, dropLast = false } = options;
  checkArray("bucketedBatches", "the list of buckets", buckets);
  checkSeed("bucketedBatches", seed);
  checkCounts("bucketedBatches", { epoch }, 0);
  if (!(Number.isInteger(batch) && batch >= 1))
    throw new DataError("bucketedBatches", `a batch of ${batch} sequences`, { wants: "an integer of at least 1" });
  const place = (i: number, count: number, key: number) => (shuffle ? permuted(i, count, key, epoch) : i);
  const batches = buckets.flatMap(({ length, rows }, bucket) => {
    const order = rows.map((_, i) => rows[place(i, rows.length, (seed + bucket + 1) >>> 0)]!);
    const count = dropLast ? Math.floor(rows.length / batch) : Math.ceil(rows.length / batch);
    return Array.from({ length: count }, (_, b) => ({ bucket, length, rows: order.slice(b * batch, (b + 1) * batch) }));
  });
  return batches.map((_, i) => batches[place(i, batches.length, seed)]!);
}
