import { DataError, ShapeError } from "../core/errors";
import { checkArray, checkBytes, checkCounts } from "../core/given";
import { checkShape, showShape } from "../core/shape";
import { checkTensors } from "../graph/op";
import { checkList } from "../graph/options";
import { data, type Tensor } from "../graph/tensor";
import { add } from "../ops/add";
import { mul } from "../ops/mul";
import { sub } from "../ops/sub";

/** Mean and standard deviation of each column of a table, or of each channel of pictures. */
export interface Statistics {
  readonly mean: readonly number[];
  /** 1 for a column that does not vary: standardising makes it 0. */
  readonly std: readonly number[];
}

/**
 * The statistics of a table's columns. Take them from the training split only: dev and test must not influence training.
 * @param features row after row
 * @param width number of columns
 * @param rows which rows to take; default all
 * @throws DataError where the table is not made of whole rows, or has none
 */
export function columnStatistics(features: ArrayLike<number>, width: number, rows?: ArrayLike<number>): Statistics {
  checkArray("columnStatistics", "features", features);
  checkCounts("columnStatistics", { width });
  const count = features.length / width;
  if (!(Number.isInteger(count) && count >= 1))
    throw new DataError("columnStatistics", `${features.length} numbers`, { width: String(width) });
  return statistics("columnStatistics", { groups: width, inner: 1, count, rows }, (i) => features[i]!);
}

/**
 * The statistics of byte/255 in each channel of pictures. Take them from the training split only.
 * @param bytes picture after picture
 * @param picture [channels, height, width]
 * @param rows which pictures to take; default all
 * @throws DataError where there are no whole pictures; ShapeError
 */
export function channelStatistics(
  bytes: Uint8Array,
  picture: readonly [number, number, number],
  rows?: ArrayLike<number>,
): Statistics {
  checkBytes("channelStatistics", bytes);
  checkShape("channelStatistics", picture);
  const [channels, height, width] = picture;
  const inner = height * width;
  const count = bytes.length / (channels * inner);
  if (!(Number.isInteger(count) && count >= 1))
    throw new DataError("channelStatistics", `${bytes.length} bytes`, {
      picture: showShape(picture),
    });
  return statistics("channelStatistics", { groups: channels, inner, count, rows }, (i) => bytes[i]! / 255);
}

interface Layout {
  /** Columns or channels; numbers of each in an example; examples; which of them count. */
  readonly groups: number;
  readonly inner: number;
  readonly count: number;
  readonly rows: ArrayLike<number> | undefined;
}

/**
 * The deviation, or 1 where it is no larger than what rounding can make of n equal numbers, whose mean is off by at most n/2
 * units in its last place.
 */
const deviation = (std: number, mean: number, n: number): number =>
  std > n * Number.EPSILON * Math.abs(mean) ? std : 1;

/** In two passes, so that the deviations lose no digits where the mean is large. */
function statistics(op: string, { groups, inner, count, rows }: Layout, at: (i: number) => number): Statistics {
  const chosen = rows ? Array.from(rows) : Array.from({ length: count }, (_, r) => r);
  if (chosen.length === 0) throw new DataError(op, "no examples");
  const wrong = chosen.find((r) => !(Number.isInteger(r) && r >= 0 && r < count));
  if (wrong !== undefined) throw new DataError(op, `no example ${wrong}`, { examples: String(count) });
  const average = (g: number, f: (v: number) => number) => {
    let sum = 0;
    for (const r of chosen) for (let i = 0; i < inner; i++) sum += f(at((r * groups + g) * inner + i));
    return sum / (chosen.length * inner);
  };
  const mean = Array.from({ length: groups }, (_, g) => average(g, (v) => v));
  const std = mean.map((m, g) => deviation(Math.sqrt(average(g, (v) => (v - m) ** 2)), m, chosen.length * inner));
  if (![...mean, ...std].every(Number.isFinite)) throw new DataError(op, "a number is not finite");
  return { mean, std };
}

/** @throws ShapeError where x has another number of columns than the statistics */
function checkColumns(op: string, x: Tensor, statistics: Statistics): void {
  checkTensors(op, [x]);
  const { mean, std } = statistics ?? {};
  checkList(op, "mean", mean);
  checkList(op, "std", std);
  const columns = x.shape[1];
  if (mean.length !== columns || std.length !== columns || !std.every((s) => s > 0))
    throw new ShapeError(op, "wants a mean and a standard deviation above 0 for each column", {
      x: showShape(x.shape),
      statistics: `${mean.length} and ${std.length}`,
    });
}

/** A number per column (or channel), in a shape that broadcasts with x. */
const perColumn = (x: Tensor, values: readonly number[]): Tensor =>
  data({ shape: [values.length, ...x.shape.slice(2).map(() => 1)], dtype: "f32" }, Float32Array.from(values));

/**
 * `(x − mean) / std` per column, or per channel. Fuses with the ops that read it.
 * @param x f32 [N, columns] or [N, channels, …]
 * @throws ShapeError where x has another number of columns than the statistics
 */
export function standardize(x: Tensor, statistics: Statistics): Tensor {
  checkColumns("standardize", x, statistics);
  const factors = statistics.std.map((s) => 1 / s);
  return mul(sub(x, perColumn(x, statistics.mean)), perColumn(x, factors));
}

/** The inverse of {@link standardize}, `x · std + mean`: predictions in the units of the data. */
export function destandardize(x: Tensor, statistics: Statistics): Tensor {
  checkColumns("destandardize", x, statistics);
  return add(mul(x, perColumn(x, statistics.std)), perColumn(x, statistics.mean));
}
