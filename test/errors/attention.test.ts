// What attention and its layers refuse, and in which words. Nothing here needs a device.
import { expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import { feed } from "../../src/graph/tensor";
import { AdditiveAttention, MultiheadAttention } from "../../src/nn/attention";
import { LearnedPositions, SinusoidalPositions } from "../../src/nn/positions";
import { TransformerDecoderLayer } from "../../src/nn/transformer";
import { attendCached, createKeyValueCache } from "../../src/ops/attendCached";
import { multiHeadAttention } from "../../src/ops/multiHeadAttention";
import { rotaryEmbedding } from "../../src/ops/rotaryEmbedding";
import { scaledDotProductAttention } from "../../src/ops/scaledDotProductAttention";

const of = (dtype: DType, ...shape: number[]) => feed("x", { shape, dtype });
const f32 = (...shape: number[]) => of("f32", ...shape);
const x = f32(2, 3, 5, 8);

test("operands of attention", () => {
  const attend = scaledDotProductAttention;
  expect(() => attend(f32(5, 8), f32(5, 8), f32(5, 8))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: scaledDotProductAttention: q, k and v must be [B, H, T, E] or [B, T, E], and k like v
      q: [5, 8]
      k: [5, 8]
      v: [5, 8]]
  `);
  expect(() => attend(x, f32(2, 3, 7, 8), x)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: scaledDotProductAttention: q, k and v must be [B, H, T, E] or [B, T, E], and k like v
      q: [2, 3, 5, 8]
      k: [2, 3, 7, 8]
      v: [2, 3, 5, 8]]
  `);
  expect(() => attend(x, f32(2, 3, 5, 4), f32(2, 3, 5, 4))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: scaledDotProductAttention: q and k differ in more than the number of rows
      q: [2, 3, 5, 8]
      k: [2, 3, 5, 4]
      v: [2, 3, 5, 4]]
  `);
  expect(() => attend(of("i32", 2, 5, 8), f32(2, 5, 8), f32(2, 5, 8))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: scaledDotProductAttention: input 0 has dtype i32
      wants: f32 or f16
      fix: cast(x, "f32")]
  `);
  const wide = f32(1, 5, 132);
  expect(() => attend(wide, wide, wide)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: scaledDotProductAttention: head size 132
      allowed: 1 … 128]
  `);
});

test("options of attention", () => {
  const attend = (options: object) => () => scaledDotProductAttention(x, x, x, options);
  expect(attend({ dropout: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: scaledDotProductAttention: dropout probability 1
      wants: 0 ≤ p < 1]
  `);
  expect(attend({ lengths: f32(2) })).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: scaledDotProductAttention: lengths have dtype f32
      wants: i32]
  `);
  expect(attend({ lengths: of("i32", 3) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: scaledDotProductAttention: lengths must be one number an example
      lengths: [3]
      examples: 2]
  `);
  expect(attend({ mask: f32(5, 4) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: scaledDotProductAttention: shapes do not broadcast
      a: [5, 4]
      b: [2, 3, 5, 5]
      fix: align dimensions from the last; each must be equal or 1]
  `);
  expect(attend({ mask: f32(1, 2, 3, 5, 5) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: scaledDotProductAttention: the mask does not broadcast to the scores
      mask: [1, 2, 3, 5, 5]
      scores: [2, 3, 5, 5]]
  `);
  expect(attend({ mask: of("i32", 5, 5) })).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: scaledDotProductAttention: mask: input 0 has dtype i32
      wants: f32 or u32]
  `);
  expect(attend({ mask: f32(5, 5), dropout: -0.1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: scaledDotProductAttention: dropout probability -0.1
      wants: 0 ≤ p < 1]
  `);
});

test("attention of several heads", () => {
  expect(() => multiHeadAttention([f32(2, 5, 25)], { heads: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: multiHeadAttention: wants [B, T, 3·C], or [B, Tq, C] and [B, Tk, 2·C], or three of C, C a multiple of heads
      projections: [2, 5, 25]
      heads: 1]
  `);
  expect(() => multiHeadAttention([f32(2, 5, 24)], { heads: 3 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: multiHeadAttention: wants [B, T, 3·C], or [B, Tq, C] and [B, Tk, 2·C], or three of C, C a multiple of heads
      projections: [2, 5, 24]
      heads: 3]
  `);
  expect(() => multiHeadAttention([f32(2, 5, 8), f32(2, 5, 8)], { heads: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: multiHeadAttention: wants [B, T, 3·C], or [B, Tq, C] and [B, Tk, 2·C], or three of C, C a multiple of heads
      projections: [2, 5, 8], [2, 5, 8]
      heads: 2]
  `);
  expect(() => new MultiheadAttention(10, 4)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: MultiheadAttention: embedDim must be a multiple of numHeads
      embedDim: 10
      numHeads: 4]
  `);
});

test("attention to a cache", () => {
  const attend = (width: number, heads: number) => () => {
    attendCached(f32(2, 1, width), createKeyValueCache(2, 9, 8), { heads });
  };
  expect(attend(25, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: attendCached: wants qkv [B, n, 3·C] and a cache [B, capacity, 2·C], C/heads whole and at most 128
      qkv: [2, 1, 25]
      cache: [2, 9, 16]
      heads: 2]
  `);
  expect(attend(24, 3)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: attendCached: wants qkv [B, n, 3·C] and a cache [B, capacity, 2·C], C/heads whole and at most 128
      qkv: [2, 1, 24]
      cache: [2, 9, 16]
      heads: 3]
  `);
  const wrong = { ...createKeyValueCache(2, 9, 8), position: of("i32", 1) };
  expect(() => attendCached(f32(2, 1, 24), wrong, { heads: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: attendCached: the position has dtype i32
      wants: u32]
  `);
});

test("positions", () => {
  expect(() => rotaryEmbedding(f32(5, 7))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: rotaryEmbedding: wants rows of even length, and positions along another axis than theirs
      x: [5, 7]
      axis: -2]
  `);
  expect(() => rotaryEmbedding(f32(5, 8), { axis: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: rotaryEmbedding: wants rows of even length, and positions along another axis than theirs
      x: [5, 8]
      axis: 1]
  `);
  expect(() => rotaryEmbedding(f32(8))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: rotaryEmbedding: wants rows of even length, and positions along another axis than theirs
      x: [8]
      axis: -2]
  `);
  expect(() => rotaryEmbedding(f32(5, 8), { offset: -1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: rotaryEmbedding: base 10000, offset -1
      wants: base > 0, and a whole offset of at least 0]
  `);
  expect(() => rotaryEmbedding(of("u32", 5, 8))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: rotaryEmbedding: input 0 has dtype u32
      wants: f32
      fix: cast(x, "f32")]
  `);
  expect(() => new LearnedPositions(4, 8).forward(f32(2, 5, 8))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: LearnedPositions: wants [.., T, dim]
      x: [2, 5, 8]
      dim: 8
      T at most: 4]
  `);
  expect(() => new SinusoidalPositions().forward(f32(8))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: SinusoidalPositions: wants [.., T, dim]
      x: [8]]
  `);
});

test("layers that want more than one tensor", () => {
  expect(() => new TransformerDecoderLayer(8, 2).forward(f32(2, 5, 8))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: TransformerDecoderLayer: wants the encoder's output as its second argument]`,
  );
  const additive = new AdditiveAttention(8, 4, 6);
  expect(() => additive.attend(f32(2, 5, 8), f32(2, 5, 8))).toThrow(/AdditiveAttention: wants keys/);
});
