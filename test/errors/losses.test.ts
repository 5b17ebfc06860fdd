import { expect, test } from "vitest";
import { feed, type Tensor } from "../../src/graph/tensor";
import { bce } from "../../src/ops/bce";
import { bceWithLogits } from "../../src/ops/bceWithLogits";
import { hingeLoss } from "../../src/ops/hingeLoss";
import { huberLoss } from "../../src/ops/huberLoss";
import { klDiv } from "../../src/ops/klDiv";
import { l1Loss } from "../../src/ops/l1Loss";
import { labelWeights } from "../../src/ops/labelWeights";
import { mseLoss } from "../../src/ops/mseLoss";
import { nllLoss } from "../../src/ops/nllLoss";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";

const f32 = (...shape: number[]) => feed("x", { shape, dtype: "f32" });
const i32 = (...shape: number[]) => feed("labels", { shape, dtype: "i32" });

test("a target that only broadcasts to the prediction is refused by every loss of elements", () => {
  expect(() => mseLoss(f32(32, 1), f32(32))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mseLoss: shapes differ
      x: f32[32, 1]
      target: f32[32]
      fix: reshape or expand the target to the shape of x]
  `);
  const losses: ((x: Tensor, t: Tensor) => Tensor)[] = [l1Loss, huberLoss, bce, bceWithLogits, hingeLoss, klDiv];
  for (const loss of losses) expect(() => loss(f32(32, 1), f32(32))).toThrow(`${loss.name}: shapes differ`);
});

test("an ignored label is nothing to soft ones", () => {
  expect(() => softmaxCrossEntropy(f32(4, 3), f32(4, 3), { ignoreIndex: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: softmaxCrossEntropy: soft labels have no ignoreIndex
      ignoreIndex: 0]
  `);
});

test("dtypes and options of losses of elements", () => {
  expect(() => mseLoss(f32(3), i32(3))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: mseLoss: wants f32
      x: f32[3]
      target: i32[3]]
  `);
  expect(() => mseLoss(f32(3), f32(3), { reduction: "average" as "mean" })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mseLoss: reduction average
      wants: mean, sum, none]
  `);
  expect(() => mseLoss(f32(3), f32(3), { reduction: "batchMean" as "mean" })).toThrow(/reduction batchMean/);
  expect(() => klDiv(f32(3), f32(3), { reduction: "batchmean" as "mean" })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: klDiv: reduction batchmean
      wants: mean, sum, none, batchMean]
  `);
  expect(() => huberLoss(f32(3), f32(3), { delta: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: huberLoss: delta 0
      wants: delta > 0]
  `);
  expect(() => bce(f32(4, 3), f32(4, 3), { weight: f32(4) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: bce: weight does not broadcast to the shape of x
      x: f32[4, 3]
      weight: f32[4]]
  `);
  expect(() => bceWithLogits(f32(3), f32(3), { posWeight: f32(4, 3) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: bceWithLogits: posWeight does not broadcast to the shape of x
      x: f32[3]
      posWeight: f32[4, 3]]
  `);
});

test("class losses: labels, weights, options", () => {
  expect(() => softmaxCrossEntropy(f32(4, 3), i32(5))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: softmaxCrossEntropy: wants logits [..., C] and one label for each row
      logits: f32[4, 3]
      labels: i32[5], wants i32[4]]
  `);
  expect(() => softmaxCrossEntropy(f32(4, 3), f32(4))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: softmaxCrossEntropy: labels of dtype f32
      wants: i32]
  `);
  expect(() => softmaxCrossEntropy(f32(4, 3), f32(4, 2))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: softmaxCrossEntropy: wants logits [..., C] and one label for each row
      logits: f32[4, 3]
      labels: f32[4, 2], wants i32[4]]
  `);
  expect(() => softmaxCrossEntropy(i32(4, 3), i32(4))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: softmaxCrossEntropy: logits of dtype i32
      wants: f32]
  `);
  expect(() => softmaxCrossEntropy(f32(), i32())).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: softmaxCrossEntropy: wants logits [..., C] and one label for each row
      logits: f32[]
      labels: i32[], wants i32[]]
  `);
  expect(() => softmaxCrossEntropy(f32(4, 3), i32(4), { weight: f32(4) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: softmaxCrossEntropy: wants one weight for each class
      logits: f32[4, 3]
      labels: i32[4], wants i32[4]
      weight: f32[4], wants f32[3]]
  `);
  expect(() => softmaxCrossEntropy(f32(4, 3), i32(4), { labelSmoothing: 1.5 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: softmaxCrossEntropy: labelSmoothing 1.5
      wants: 0 … 1]
  `);
  expect(() => softmaxCrossEntropy(f32(4, 3), i32(4), { reduction: "all" as "sum" })).toThrow(/wants: mean, sum, none/);
  expect(() => softmaxCrossEntropy(f32(2, 3, 4, 5), i32(2, 4, 5))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: softmaxCrossEntropy: wants logits [..., C] and one label for each row
      logits: f32[2, 3, 4, 5]
      labels: i32[2, 4, 5], wants i32[2, 3, 4]
      fix: put the classes last: permute(logits, [0, 2, 3, 1])]
  `);
  expect(() => nllLoss(f32(2, 3, 4), i32(2, 4))).toThrow("fix: put the classes last: permute(logits, [0, 2, 1])");
  expect(() => softmaxCrossEntropy(f32(2, 3, 4, 5), i32(2, 4, 6))).not.toThrow("fix");
  expect(() => nllLoss(f32(4, 3), i32(4, 3))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: nllLoss: wants logits [..., C] and one label for each row
      logits: f32[4, 3]
      labels: i32[4, 3], wants i32[4]]
  `);
  expect(() => nllLoss(f32(4, 3), f32(4))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: nllLoss: labels of dtype f32
      wants: i32]
  `);
  expect(() => labelWeights(f32(4), { classes: 3 })).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: labelWeights: labels of dtype f32
      wants: i32]
  `);
  expect(() => labelWeights(i32(4), { classes: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: labelWeights: 0 classes
      wants: an integer of at least 1]
  `);
  expect(() => labelWeights(i32(4), { classes: 3, weight: f32(2) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: labelWeights: wants one weight for each class
      weight: f32[2], wants f32[3]]
  `);
});

test("labels that are fed are held to the classes, and may be ignored", () => {
  const limitsOf = (labels: Tensor) => labels.leaf?.kind === "feed" && labels.leaf.limits;
  const labels = i32(2, 2);
  softmaxCrossEntropy(f32(2, 2, 7), labels, { ignoreIndex: 99 });
  nllLoss(f32(2, 2, 7), labels);
  expect(limitsOf(labels)).toEqual([
    { low: 0, high: 6, also: 99, op: "softmaxCrossEntropy" },
    { low: -1, high: 6, op: "nllLoss" },
  ]);
});
