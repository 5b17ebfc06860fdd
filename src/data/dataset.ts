import { DataError } from "../core/errors";
import { checkArray, checkBytes, checkCounts } from "../core/given";
import { checkShape, numel, type Shape } from "../core/shape";
import { optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { takeBytes } from "../ops/takeBytes";
import { takeRows } from "../ops/takeRows";
import type { Dataset } from "./loader";

export interface ImageDatasetOptions {
  /** One byte per element, example after example. */
  readonly images: Uint8Array;
  /** One class number per example. */
  readonly labels: Uint8Array;
  /** Shape of one example, [channels, height, width]. */
  readonly shape: Shape;
  /** How many classes there are: labels are 0 … classes − 1. */
  readonly classes: number;
  /** Mean of byte/255 over the training split; default 0. */
  readonly mean?: number;
  /** Standard deviation of byte/255 over the training split; default 1. */
  readonly std?: number;
}

/** Pictures, kept on the GPU as bytes, and their class labels; batches are gathered and normalised there. */
export class ImageDataset implements Dataset {
  readonly count: number;
  readonly shape: Shape;
  readonly classes: number;
  readonly mean: number;
  readonly std: number;
  /** u32: each element holds four bytes of pictures. */
  readonly images: Tensor;
  /** i32[count]. */
  readonly labels: Tensor;

  /** @throws DataError where sizes do not match, the set is empty, or a label is out of range; ShapeError */
  constructor(options: ImageDatasetOptions) {
    optionsOf("ImageDataset", options, "images labels shape classes mean std");
    const { images, labels, shape, classes, mean = 0, std = 1 } = options;
    checkBytes("ImageDataset", images);
    checkArray("ImageDataset", "labels", labels);
    checkShape("ImageDataset", shape);
    checkCounts("ImageDataset", { classes });
    this.count = labels.length;
    if (this.count === 0) throw new DataError("ImageDataset", "no examples");
    if (images.length !== this.count * numel(shape))
      throw new DataError("ImageDataset", `${images.length} bytes of pictures`, {
        wants: `${this.count} labels × ${numel(shape)} bytes`,
      });
    const wrong = labels.findIndex((l) => !(Number.isInteger(l) && l >= 0 && l < classes));
    if (wrong >= 0)
      throw new DataError("ImageDataset", `label ${labels[wrong]} of example ${wrong}`, {
        classes: `0 … ${classes - 1}`,
      });
    if (!(Number.isFinite(mean) && Number.isFinite(std) && std > 0))
      throw new DataError("ImageDataset", `mean ${mean}, std ${std}`);
    [this.shape, this.classes, this.mean, this.std] = [shape, classes, mean, std];
    const words = Math.ceil(images.length / 4);
    this.images = state("images", { shape: [words], dtype: "u32" }, () => packBytes(images, words));
    this.labels = state("labels", { shape: [this.count], dtype: "i32" }, () => Int32Array.from(labels));
  }

  /** @returns `x` f32 [n, …shape], normalised; `labels` i32 [n], −1 (and zeros for x) where there is no example */
  take(indices: Tensor): { x: Tensor; labels: Tensor } {
    const { count: rows, shape, mean, std } = this;
    return {
      x: takeBytes(this.images, indices, { rows, shape, mean, std }),
      labels: takeRows(this.labels, indices, { missing: -1 }),
    };
  }
}

function packBytes(bytes: Uint8Array, words: number): Uint32Array<ArrayBuffer> {
  const packed = new Uint8Array(words * 4);
  packed.set(bytes);
  return new Uint32Array(packed.buffer);
}

/**
 * Mean and standard deviation of byte/255, for normalisation; 1 where all bytes are equal. Take them from the training split.
 * @throws DataError where there is no byte, or they are no Uint8Array
 */
export function byteStatistics(bytes: Uint8Array): { mean: number; std: number } {
  checkBytes("byteStatistics", bytes);
  if (!bytes.length) throw new DataError("byteStatistics", "no bytes");
  const counts = new Float64Array(256);
  for (const b of bytes) counts[b]!++;
  const mean = counts.reduce((n, count, b) => n + (count * b) / 255, 0) / bytes.length;
  const variance = counts.reduce((n, count, b) => n + count * (b / 255 - mean) ** 2, 0) / bytes.length;
  return { mean, std: variance > 0 ? Math.sqrt(variance) : 1 };
}
