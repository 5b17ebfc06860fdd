// What reductions, scans and orders say of bad input, at the call.
import { expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import { feed } from "../../src/graph/tensor";
import { all } from "../../src/ops/all";
import { any } from "../../src/ops/any";
import { argMax } from "../../src/ops/argMax";
import { argMin } from "../../src/ops/argMin";
import { argSort } from "../../src/ops/argSort";
import { cdist } from "../../src/ops/cdist";
import { cosineSimilarity } from "../../src/ops/cosineSimilarity";
import { cumprod } from "../../src/ops/cumprod";
import { cumsum } from "../../src/ops/cumsum";
import { l2Normalize } from "../../src/ops/l2Normalize";
import { logSumExp } from "../../src/ops/logSumExp";
import { max } from "../../src/ops/max";
import { mean } from "../../src/ops/mean";
import { min } from "../../src/ops/min";
import { norm } from "../../src/ops/norm";
import { pairwiseDistance } from "../../src/ops/pairwiseDistance";
import { prod } from "../../src/ops/prod";
import { sort } from "../../src/ops/sort";
import { std } from "../../src/ops/std";
import { sum } from "../../src/ops/sum";
import { topK } from "../../src/ops/topK";
import { variance } from "../../src/ops/variance";

const t = (shape: number[], dtype: DType = "f32") => feed("x", { shape, dtype });

test("options where the axes belong", () => {
  // @ts-expect-error axes come before options
  expect(() => sum(t([2, 3]), { keepDims: true })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: sum: axes are neither a number nor a list
      axes: object
      fix: for options over all axes, write undefined before them]
  `);
});

test("an axis that is out of range, or named twice", () => {
  expect(() => sum(t([2, 3]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: sum: axis 2 is out of range
      x: [2, 3]]
  `);
  expect(() => prod(t([2, 3]), [0, -2])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: prod: an axis is named twice
      axes: [0, 0]
      x: [2, 3]]
  `);
  expect(() => max(t([2, 3]), -3)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: max: axis -3 is out of range
      x: [2, 3]]
  `);
  expect(() => min(t([2, 3]), [5])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: min: axis 5 is out of range
      x: [2, 3]]
  `);
  expect(() => mean(t([2, 3]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mean: axis 2 is out of range
      x: [2, 3]]
  `);
  expect(() => argMax(t([2, 3]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: argMax: axis 2 is out of range
      x: [2, 3]]
  `);
  expect(() => argMin(t([]), 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: argMin: axis 0 is out of range
      x: []]
  `);
  expect(() => variance(t([2, 3]), 0.5)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: variance: axis 0.5 is out of range
      x: [2, 3]]
  `);
  expect(() => std(t([2, 3]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: std: axis 2 is out of range
      x: [2, 3]]
  `);
  expect(() => logSumExp(t([2, 3]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: logSumExp: axis 2 is out of range
      x: [2, 3]]
  `);
  expect(() => norm(t([2, 3]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: norm: axis 2 is out of range
      x: [2, 3]]
  `);
  expect(() => any(t([2], "u32"), 1)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: any: axis 1 is out of range
      x: [2]]
  `);
  expect(() => all(t([2], "u32"), 1)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: all: axis 1 is out of range
      x: [2]]
  `);
  expect(() => cumsum(t([2, 3]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: cumsum: axis 2 is out of range
      x: [2, 3]]
  `);
  expect(() => cumprod(t([2, 3]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: cumprod: axis 2 is out of range
      x: [2, 3]]
  `);
  expect(() => sort(t([2, 3]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: sort: axis 2 is out of range
      x: [2, 3]]
  `);
  expect(() => argSort(t([]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: argSort: axis -1 is out of range
      x: []]
  `);
  expect(() => topK(t([2, 3]), 1, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: topK: axis 2 is out of range
      x: [2, 3]]
  `);
  expect(() => l2Normalize(t([2, 3]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: l2Normalize: axis 2 is out of range
      x: [2, 3]]
  `);
  expect(() => cosineSimilarity(t([2, 3]), t([2, 3]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: cosineSimilarity: axis 2 is out of range
      x: [2, 3]]
  `);
});

test("an element type that is not taken", () => {
  expect(() => mean(t([2], "i32"))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: mean: input 0 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
  expect(() => variance(t([2], "u32"))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: variance: input 0 has dtype u32
      wants: f32
      fix: cast(x, "f32")]
  `);
  expect(() => std(t([2], "i32"))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: std: input 0 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
  expect(() => logSumExp(t([2], "i32"))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: logSumExp: input 0 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
  expect(() => norm(t([2], "i32"))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: norm: input 0 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
  expect(() => any(t([2]))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: any: input 0 has dtype f32
      wants: u32]
  `);
  expect(() => all(t([2], "i32"))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: all: input 0 has dtype i32
      wants: u32]
  `);
  expect(() => l2Normalize(t([2], "i32"))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: l2Normalize: input 0 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
  expect(() => cosineSimilarity(t([2]), t([2], "i32"))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: cosineSimilarity: input 1 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
  expect(() => pairwiseDistance(t([2], "u32"), t([2]))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: pairwiseDistance: input 0 has dtype u32
      wants: f32
      fix: cast(x, "f32")]
  `);
  expect(() => cdist(t([2, 3]), t([2, 3], "i32"))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: cdist: input 1 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
});

test("numbers that make no sense", () => {
  expect(() => variance(t([2, 1]), 1)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: variance: of 1 values with correction 1
      x: [2, 1]
      axes: [1]
      fix: pass a smaller correction, such as 0]
  `);
  expect(() => std(t([2, 3]), 1, { correction: 3 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: std: of 3 values with correction 3
      x: [2, 3]
      axes: [1]
      fix: pass a smaller correction, such as 0]
  `);
  expect(() => norm(t([2, 3]), 1, { p: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: norm: wants p above 0, not 0]`,
  );
  expect(() => pairwiseDistance(t([2, 3]), t([2, 3]), { p: NaN })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: pairwiseDistance: wants p above 0, not NaN]`,
  );
  expect(() => topK(t([2, 3]), 4)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: topK: wants k from 1 to 3, not 4
      x: [2, 3]
      axis: -1]
  `);
  expect(() => topK(t([2, 3]), 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: topK: wants k from 1 to 3, not 0
      x: [2, 3]
      axis: -1]
  `);
  expect(() => topK(t([2, 3]), 1.5, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: topK: wants k from 1 to 2, not 1.5
      x: [2, 3]
      axis: 0]
  `);
  expect(() => l2Normalize(t([2, 3]), 1, -1)).toThrowErrorMatchingInlineSnapshot(
    `[DataError: l2Normalize: wants eps of at least 0, not -1]`,
  );
  expect(() => cosineSimilarity(t([2, 3]), t([2, 3]), 1, NaN)).toThrowErrorMatchingInlineSnapshot(
    `[DataError: cosineSimilarity: wants eps of at least 0, not NaN]`,
  );
});

test("shapes that do not fit together", () => {
  expect(() => cosineSimilarity(t([2, 3]), t([2, 4]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: cosineSimilarity: shapes do not broadcast
      a: [2, 3]
      b: [2, 4]
      fix: align dimensions from the last; each must be equal or 1]
  `);
  expect(() => pairwiseDistance(t([2, 3]), t([3, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: pairwiseDistance: shapes do not broadcast
      a: [2, 3]
      b: [3, 3]
      fix: align dimensions from the last; each must be equal or 1]
  `);
  expect(() => pairwiseDistance(t([]), t([]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: pairwiseDistance: axis -1 is out of range
      x: []]
  `);
  expect(() => cdist(t([2, 3]), t([2, 4]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: cdist: wants a [N, D] and b [M, D]
      a: [2, 3]
      b: [2, 4]]
  `);
  expect(() => cdist(t([3]), t([2, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: cdist: wants a [N, D] and b [M, D]
      a: [3]
      b: [2, 3]]
  `);
});
