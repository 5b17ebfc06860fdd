import { columnStatistics, DataError, type Statistics, TabularDataset } from "../../src/index";
import type { Series } from "./series";

/** A stretch of a series of which forecasts are judged. */
export interface Stretch {
  /** Its first value, and the one after its last. */
  readonly start: number;
  readonly end: number;
}

/** The past to learn from, what comes after it to watch by, and the last values to judge by. */
export interface Split {
  readonly train: Stretch;
  readonly dev: Stretch;
  readonly test: Stretch;
}

/** In order of time: a forecast must not have seen what comes later. */
export function splitOf(length: number): Split {
  const [first, second] = [Math.floor(0.7 * length), Math.floor(0.85 * length)];
  return {
    train: { start: 0, end: first },
    dev: { start: first, end: second },
    test: { start: second, end: length },
  };
}

/** Mean and standard deviation of the part that is learnt from, and of nothing else. */
export const statisticsOf = ({ values }: Series, { train }: Split): Statistics =>
  columnStatistics(values.subarray(train.start, train.end), 1);

/** Windows of a series, and the values that came after each. */
export interface Windows {
  /** Row after row, each `window` values. */
  readonly inputs: Float32Array<ArrayBuffer>;
  /** Row after row, each `horizon` values. */
  readonly targets: Float32Array<ArrayBuffer>;
  readonly count: number;
  /** Place in the series of each row's first target. */
  readonly places: Int32Array<ArrayBuffer>;
}

/**
 * All windows whose targets lie in a stretch. What they read may lie before it: by then that is known.
 * @throws DataError where the stretch is too short for one
 */
export function windowsOf({ values }: Series, { start, end }: Stretch, window: number, horizon: number): Windows {
  const first = Math.max(start, window);
  const count = end - horizon - first + 1;
  if (count < 1)
    throw new DataError("series", `windows of ${window} values and forecasts of ${horizon} are too long for it`);
  const [inputs, targets] = [new Float32Array(count * window), new Float32Array(count * horizon)];
  for (let row = 0; row < count; row++) {
    inputs.set(values.subarray(first + row - window, first + row), row * window);
    targets.set(values.subarray(first + row, first + row + horizon), row * horizon);
  }
  return { inputs, targets, count, places: Int32Array.from({ length: count }, (_, row) => first + row) };
}

/** Windows on the GPU. */
export const windowDataset = ({ inputs, targets }: Windows, window: number): TabularDataset =>
  new TabularDataset({ features: inputs, width: window, labels: targets });
