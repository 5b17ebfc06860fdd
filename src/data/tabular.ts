import { DataError } from "../core/errors";
import { checkArray, checkCounts } from "../core/given";
import { optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { less } from "../ops/less";
import { takeRows } from "../ops/takeRows";
import type { Dataset } from "./loader";

export interface TabularDatasetOptions {
  /** Row after row. */
  readonly features: ArrayLike<number>;
  /** Number of columns of `features`. */
  readonly width: number;
  /**
   * What is to be predicted, row after row: class numbers where `classes` is given, else one or several numbers per row.
   */
  readonly labels: ArrayLike<number>;
  /** How many classes there are. Default: labels are numbers to predict, not classes. */
  readonly classes?: number;
}

/** A batch of a table. A type, not an interface, so that a captured step can return it as a record of tensors. */
export type TabularBatch = {
  /** f32 [n, width]; zeros where there is no example. */
  readonly x: Tensor;
  /** Class numbers i32 [n], −1 where there is no example; or numbers f32 [n, k], zeros where there is none. */
  readonly labels: Tensor;
  /** u32 [n]: 1 where there is an example, 0 beyond the last one of an epoch. */
  readonly present: Tensor;
};

/** A table of numbers on the GPU, with classes or numbers to predict; batches are gathered there. */
export class TabularDataset implements Dataset<TabularBatch> {
  readonly count: number;
  readonly width: number;
  readonly classes: number | undefined;
  /** f32 [count, width]. */
  readonly features: Tensor;
  /** i32 [count], or f32 [count, k]. */
  readonly labels: Tensor;

  /** @throws DataError where sizes do not match, the table is empty, a number is not finite or a class is out of range */
  constructor(options: TabularDatasetOptions) {
    const { features, width, labels, classes } = optionsOf("TabularDataset", options, "features width labels classes");
    checkArray("TabularDataset", "features", features);
    checkArray("TabularDataset", "labels", labels);
    if (classes !== undefined) checkCounts("TabularDataset", { classes });
    if (!(Number.isInteger(width) && width >= 1)) throw new DataError("TabularDataset", `a width of ${width}`);
    const count = features.length / width;
    if (count === 0) throw new DataError("TabularDataset", "no examples");
    const perRow = labels.length / count;
    if (!Number.isInteger(count) || !Number.isInteger(perRow) || perRow === 0 || (classes && perRow !== 1))
      throw new DataError("TabularDataset", `${features.length} features and ${labels.length} labels`, {
        width: String(width),
      });
    [this.count, this.width, this.classes] = [count, width, classes];
    checkFinite("feature", features, width);
    this.features = state("features", { shape: [count, width], dtype: "f32" }, () => Float32Array.from(features));
    if (classes === undefined) {
      checkFinite("label", labels, perRow);
      this.labels = state("labels", { shape: [count, perRow], dtype: "f32" }, () => Float32Array.from(labels));
    } else {
      checkClasses(labels, classes);
      this.labels = state("labels", { shape: [count], dtype: "i32" }, () => Int32Array.from(labels));
    }
  }

  /** @param indices u32 [n]; `count` or more stands for no example */
  take(indices: Tensor): TabularBatch {
    return {
      x: takeRows(this.features, indices),
      labels: takeRows(this.labels, indices, { missing: this.classes === undefined ? 0 : -1 }),
      present: less(indices, this.count),
    };
  }
}

function checkFinite(what: string, values: ArrayLike<number>, width: number): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new DataError("TabularDataset", `${what} ${i % width} of example ${Math.floor(i / width)} is ${values[i]}`);
}

function checkClasses(labels: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < labels.length; i++)
    if (!(Number.isInteger(labels[i]) && labels[i]! >= 0 && labels[i]! < classes))
      throw new DataError("TabularDataset", `label ${labels[i]} of example ${i}`, { classes: `0 … ${classes - 1}` });
}
