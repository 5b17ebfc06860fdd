// What data sets, standardising and augmentation refuse, and in which words.
import { expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import { augment, cutout, randomCrop, randomFlip, randomRotate, randomShift } from "../../src/data/augment";
import { mixup } from "../../src/data/mixup";
import { channelStatistics, columnStatistics, standardize } from "../../src/data/standardize";
import { TabularDataset } from "../../src/data/tabular";
import { state } from "../../src/graph/tensor";
import { symmetricBeta } from "../../src/ops/symmetricBeta";
import { warp } from "../../src/ops/warp";

const t = (shape: number[], dtype: DType = "f32") => state("t", { shape, dtype });
const x = t([2, 3, 8, 6]);

test("augmentation", () => {
  expect(() => augment(t([2, 8, 6]), { flip: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: augment: pictures must be [N, C, H, W]
      x: [2, 8, 6]]
  `);
  expect(() => randomShift(x, 1.5)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: augment: shift [1.5, 1.5]
      pictures: 8 × 6
      wants: whole numbers of at least 0]
  `);
  expect(() => randomFlip(x, { horizontal: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: augment: flip 2
      pictures: 8 × 6
      wants: a probability, 0 … 1]
  `);
  expect(() => randomRotate(x, -3)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: augment: rotate -3
      pictures: 8 × 6
      wants: degrees, 0 … 180]
  `);
  expect(() => augment(x, { scale: [1.2, 0.8] })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: augment: scale [1.2, 0.8]
      pictures: 8 × 6
      wants: [least, greatest], above 0]
  `);
  expect(() => randomCrop(x, 9, { padding: [1, 0] })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: augment: crop [9, 9]
      pictures: 8 × 6
      wants: no more than the picture with its padding]
  `);
  expect(() => augment(x, { crop: 4, shift: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: augment: shift beside crop
      pictures: 8 × 6
      wants: one of the two: a window that moves is both]
  `);
  expect(() => augment(x, { padding: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: augment: padding without crop
      pictures: 8 × 6
      wants: crop as well]
  `);
  expect(() => cutout(x, -1)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: augment: cutout [-1, -1]
      pictures: 8 × 6
      wants: whole numbers of at least 0]
  `);
  expect(() => randomShift(t([2, 3, 8, 6], "i32"), 1)).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: augment: input 0 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
  expect(() => warp(x, t([3, 8]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: warp: x must be [N, C, H, W] and placement [N, 8]
      x: [2, 3, 8, 6]
      placement: [3, 8]]
  `);
  expect(() => warp(x, t([2, 8]), { size: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: warp: no picture has the size [0, 0]
      x: [2, 3, 8, 6]
      placement: [2, 8]]
  `);
});

test("mixup", () => {
  expect(() => mixup(x, t([2], "i32"))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mixup: class numbers cannot be mixed
      x: [2, 3, 8, 6]
      labels: [2]
      fix: pass { classes }]
  `);
  expect(() => mixup(x, t([3, 10]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mixup: wants x [N, …] with labels i32 [N] or f32 [N, C]
      x: [2, 3, 8, 6]
      labels: [3, 10]]
  `);
  expect(() => mixup(x, t([2, 10]), { alpha: -1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mixup: alpha -1
      wants: 0 or more]
  `);
  expect(() => symmetricBeta([3], { alpha: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: symmetricBeta: alpha 0
      wants: a number above 0]
  `);
});

test("standardising", () => {
  expect(() => standardize(x, { mean: [0], std: [1] })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: standardize: wants a mean and a standard deviation above 0 for each column
      x: [2, 3, 8, 6]
      statistics: 1 and 1]
  `);
  expect(() => standardize(t([4, 1]), { mean: [0], std: [0] })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: standardize: wants a mean and a standard deviation above 0 for each column
      x: [4, 1]
      statistics: 1 and 1]
  `);
  expect(() => columnStatistics([1, 2, 3], 2)).toThrowErrorMatchingInlineSnapshot(`
    [DataError: columnStatistics: 3 numbers
      width: 2]
  `);
  expect(() => columnStatistics([1, Number.NaN], 1)).toThrowErrorMatchingInlineSnapshot(
    `[DataError: columnStatistics: a number is not finite]`,
  );
  expect(() => columnStatistics([1, 2], 1, [2])).toThrowErrorMatchingInlineSnapshot(`
    [DataError: columnStatistics: no example 2
      examples: 2]
  `);
  expect(() => channelStatistics(new Uint8Array(5), [1, 2, 2])).toThrowErrorMatchingInlineSnapshot(`
    [DataError: channelStatistics: 5 bytes
      picture: [1, 2, 2]]
  `);
});

test("tables", () => {
  const good = { features: [1, 2, 3, 4], width: 2, labels: [0, 1] };
  const make = (wrong: object) => () => new TabularDataset({ ...good, ...wrong });
  expect(make({ width: 0 })).toThrowErrorMatchingInlineSnapshot(`[DataError: TabularDataset: a width of 0]`);
  expect(make({ width: 3 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: TabularDataset: 4 features and 2 labels
      width: 3]
  `);
  expect(make({ features: [] })).toThrowErrorMatchingInlineSnapshot(`[DataError: TabularDataset: no examples]`);
  expect(make({ features: [1, 2, 3, Number.NaN] })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: TabularDataset: feature 1 of example 1 is NaN]`,
  );
  expect(make({ labels: [0, 1, 2] })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: TabularDataset: 4 features and 3 labels
      width: 2]
  `);
  expect(make({ labels: [0, Number.POSITIVE_INFINITY] })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: TabularDataset: label 0 of example 1 is Infinity]`,
  );
  expect(make({ labels: [0, 2], classes: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: TabularDataset: label 2 of example 1
      classes: 0 … 1]
  `);
});
