// What the vision and normalisation ops refuse, and in which words.
import { expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import { state } from "../../src/graph/tensor";
import { Conv2d } from "../../src/nn/conv2d";
import { adaptiveAvgPool2d } from "../../src/ops/adaptiveAvgPool2d";
import { adaptiveMaxPool2d } from "../../src/ops/adaptiveMaxPool2d";
import { avgPool1d } from "../../src/ops/avgPool1d";
import { avgPool2d } from "../../src/ops/avgPool2d";
import { batchNorm } from "../../src/ops/batchNorm";
import { conv1d } from "../../src/ops/conv1d";
import { conv2d } from "../../src/ops/conv2d";
import { convTranspose1d } from "../../src/ops/convTranspose1d";
import { convTranspose2d } from "../../src/ops/convTranspose2d";
import { globalAvgPool2d } from "../../src/ops/globalAvgPool2d";
import { globalMaxPool2d } from "../../src/ops/globalMaxPool2d";
import { groupNorm } from "../../src/ops/groupNorm";
import { instanceNorm } from "../../src/ops/instanceNorm";
import { maxPool1d } from "../../src/ops/maxPool1d";
import { maxPool2d } from "../../src/ops/maxPool2d";
import { upsample2d } from "../../src/ops/upsample2d";

const t = (shape: number[], dtype: DType = "f32") => state("t", { shape, dtype });

test("convolutions", () => {
  expect(() => conv1d(t([2, 3, 4, 4]), t([5, 3, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: conv1d: x must be [N, C, L] and weight [O, C/groups, K]
      x: [2, 3, 4, 4]
      weight: [5, 3, 3]]
  `);
  expect(() => conv1d(t([2, 3, 9]), t([5, 2, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: conv1d: channels do not fit 1 group(s)
      x: [2, 3, 9]
      weight: [5, 2, 3]]
  `);
  expect(() => conv1d(t([2, 3, 2]), t([5, 3, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: conv1d: the kernel is longer than the padded sequence
      x: [2, 3, 2]
      weight: [5, 3, 3]]
  `);
  expect(() => convTranspose1d(t([2, 3, 4]), t([3, 5, 2, 2]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: convTranspose1d: x must be [N, C, L] and weight [C, O/groups, K]
      x: [2, 3, 4]
      weight: [3, 5, 2, 2]]
  `);
  expect(() => convTranspose2d(t([2, 3, 4]), t([3, 5, 2, 2]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: convTranspose2d: x must be [N, C, H, W] and weight [C, O/groups, KH, KW]
      x: [2, 3, 4]
      weight: [3, 5, 2, 2]]
  `);
  expect(() => convTranspose2d(t([2, 3, 4, 4]), t([5, 3, 2, 2]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: convTranspose2d: channels do not fit 1 group(s)
      x: [2, 3, 4, 4]
      weight: [5, 3, 2, 2]]
  `);
  expect(() => convTranspose2d(t([2, 3, 4, 4]), t([3, 5, 2, 2]), t([4]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: convTranspose2d: one bias for each output channel
      bias: [4]
      weight: [3, 5, 2, 2]]
  `);
  const options = { stride: 2, outputPadding: 2 };
  expect(() => convTranspose2d(t([2, 3, 4, 4]), t([3, 5, 2, 2]), null, options)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: convTranspose2d: outputPadding must be less than stride or dilation
      outputPadding: [2, 2]
      stride: [2, 2]
      dilation: [1, 1]]
  `);
  expect(() =>
    convTranspose2d(t([1, 1, 1, 1]), t([1, 1, 1, 1]), null, { padding: 1 }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: convTranspose2d: padding leaves nothing of the picture
      x: [1, 1, 1, 1]
      weight: [1, 1, 1, 1]]
  `);
  expect(() => convTranspose2d(t([1, 1, 1, 1], "i32"), t([1, 1, 1, 1]))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: convTranspose2d: input 0 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
});

test("sizes that are no pair are refused, before numbers of them are lost", () => {
  const x = t([1, 1, 5, 5]);
  const weight = t([1, 1, 3, 3]);
  const four = [1, 1, 1, 1] as never;
  expect(() => conv2d(x, weight, null, { padding: four })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: conv2d: a size is neither a number nor [height, width]
      given: [1, 1, 1, 1]]
  `);
  expect(() => convTranspose2d(x, weight, null, { padding: four })).toThrow("convTranspose2d: a size is neither");
  expect(() => maxPool2d(x, four)).toThrow("maxPool2d: a size is neither");
  expect(() => maxPool2d(x, undefined as never)).toThrow("maxPool2d: a size is neither");
  expect(() => avgPool2d(x, 3, { padding: four })).toThrow("avgPool2d: a size is neither");
  expect(() => adaptiveAvgPool2d(x, four)).toThrow("adaptiveAvgPool2d: a size is neither");
  expect(() => upsample2d(x, { size: four })).toThrow("upsample2d: a size is neither");
  expect(() => new Conv2d(1, 1, four)).toThrow("Conv2d: a size is neither");
});

test("a bias has one dimension", () => {
  const [x, weight] = [t([1, 2, 5, 5]), t([2, 2, 3, 3])];
  expect(() => conv2d(x, weight, t([1, 2]))).toThrow("one bias for each output channel");
  expect(() => convTranspose2d(x, weight, t([2, 1]))).toThrow("one bias for each output channel");
});

test("pooling", () => {
  expect(() => maxPool1d(t([2, 3, 4, 4]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: maxPool1d: x must be [N, C, L]
      x: [2, 3, 4, 4]]
  `);
  expect(() => maxPool1d(t([2, 3, 4]), 5)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: maxPool1d: the window is larger than the picture
      x: [2, 3, 1, 4]
      kernel: [1, 5]]
  `);
  expect(() => avgPool1d(t([2, 3, 4]), 0)).toThrowErrorMatchingInlineSnapshot(
    `
    [ShapeError: avgPool1d: kernelSize 0
      wants: an integer of at least 1]
  `,
  );
  expect(() => globalAvgPool2d(t([2, 3, 4]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: globalAvgPool2d: x must be [N, C, H, W]
      x: [2, 3, 4]]
  `);
  expect(() => globalMaxPool2d(t([2, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: globalMaxPool2d: x must be [N, C, H, W]
      x: [2, 3]]
  `);
  expect(() => adaptiveAvgPool2d(t([2, 3, 4]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: adaptiveAvgPool2d: x must be [N, C, H, W]
      x: [2, 3, 4]]
  `);
  expect(() => adaptiveAvgPool2d(t([2, 3, 4, 4]), [2, 0])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: adaptiveAvgPool2d: outputSize [2, 0]
      wants: integers of at least 1]
  `);
  expect(() => adaptiveMaxPool2d(t([2, 3, 5, 5], "i32"), 2)).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: adaptiveMaxPool2d: input 0 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
});

test("upsampling", () => {
  expect(() => upsample2d(t([2, 3, 4]), { scale: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: upsample2d: x must be [N, C, H, W]
      x: [2, 3, 4]]
  `);
  expect(() => upsample2d(t([2, 3, 4, 4]), {})).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: upsample2d: wants a size or a scale
      fix: pass one of the two]
  `);
  expect(() => upsample2d(t([2, 3, 4, 4]), { scale: 2, alignCorners: true })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: upsample2d: alignCorners is for bilinear only
      fix: pass { mode: "bilinear" }]
  `);
  expect(() => upsample2d(t([2, 3, 4, 4]), { scale: 0.1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: upsample2d: no picture has the size [0, 0]
      x: [2, 3, 4, 4]]
  `);
});

test("normalisation", () => {
  const options = { runningMean: t([3]), runningVar: t([3]), training: true };
  expect(() => batchNorm(t([5, 4]), t([3]), t([3]), options)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: batchNorm: wants x [N, C, …], all else [C]
      x: [5, 4]
      weight: [3]
      bias: [3]
      runningMean: [3]
      runningVar: [3]]
  `);
  expect(() => batchNorm(t([1, 3]), t([3]), t([3]), options)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: batchNorm: a channel has one value only, so no variance
      x: [1, 3]
      fix: use a larger batch]
  `);
  expect(() => batchNorm(t([5, 3], "i32"), t([3]), t([3]), options)).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: batchNorm: input 0 has dtype i32
      wants: f32 or f16
      fix: cast(x, "f32")]
  `);
  expect(() => groupNorm(t([5, 4]), 3)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: groupNorm: 4 channels do not split into 3 groups
      x: [5, 4]]
  `);
  expect(() => groupNorm(t([5, 4]), 2, { weight: t([2]) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: groupNorm: wants x [N, C, …], weight and bias [C]
      x: [5, 4]
      weight: [2]]
  `);
  expect(() => groupNorm(t([5]), 1)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: groupNorm: wants x [N, C, …], weight and bias [C]
      x: [5]]
  `);
  expect(() => instanceNorm(t([5, 4, 1, 1]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: instanceNorm: a channel has one position only, so no variance
      x: [5, 4, 1, 1]]
  `);
});

test("groups are whole, at least one, and split both kinds of channels", () => {
  const groups = (n: number) => ({ groups: n });
  for (const n of [1.5, -1, 0, Number.NaN]) {
    expect(() => conv2d(t([1, 3, 5, 5]), t([3, 2, 3, 3]), null, groups(n))).toThrow(/conv2d: channels do not fit/);
    expect(() => conv1d(t([1, 3, 5]), t([3, 2, 3]), null, groups(n))).toThrow(/conv1d: channels do not fit/);
    expect(() => convTranspose2d(t([1, 3, 5, 5]), t([3, 2, 3, 3]), null, groups(n))).toThrow(/channels do not fit/);
  }
  expect(() => conv2d(t([1, 4, 5, 5]), t([3, 2, 3, 3]), null, groups(2))).toThrow(/conv2d: channels do not fit 2/);
  expect(() => conv1d(t([1, 4, 5]), t([3, 2, 3]), null, groups(2))).toThrow(/conv1d: channels do not fit 2/);
  expect(conv2d(t([1, 4, 5, 5]), t([6, 2, 3, 3]), null, groups(2)).shape).toEqual([1, 6, 3, 3]);
});
