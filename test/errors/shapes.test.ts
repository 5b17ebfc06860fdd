// What the ops of shape, indexing and products say when they are called wrongly.
import { expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import { feed, type Tensor } from "../../src/graph/tensor";
import {
  arange,
  bernoulli,
  chunk,
  clamp,
  concat,
  dot,
  einsum,
  embedding,
  expand,
  eye,
  flatten,
  flip,
  full,
  gather,
  indexSelect,
  layerNorm,
  linspace,
  matmul,
  normal,
  oneHot,
  outer,
  pad,
  permute,
  repeat,
  reshape,
  rmsNorm,
  roll,
  scatterAdd,
  slice,
  split,
  squeeze,
  stack,
  takeBytes,
  takeRows,
  tile,
  tril,
  triu,
  uniform,
  unsqueeze,
} from "../../src/index";

const x = (shape: number[], dtype: DType = "f32"): Tensor => feed("x", { shape, dtype });
const index = (...shape: number[]) => x(shape, "i32");

test("slice: beyond", () => {
  expect(() => slice(x([3, 5]), 1, 2, 6)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: slice: range 2…6 of axis 1
      x: [3, 5]]
  `);
});

test("slice: empty", () => {
  expect(() => slice(x([3, 5]), 0, 2, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: slice: range 2…2 of axis 0
      x: [3, 5]]
  `);
});

test("slice: no step", () => {
  expect(() => slice(x([3, 5]), 0, 0, 3, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: slice: range 0…3 by 0 of axis 0
      x: [3, 5]]
  `);
});

test("slice: the wrong way", () => {
  expect(() => slice(x([5]), 0, 0, 3, -1)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: slice: range 0…3 by -1 of axis 0
      x: [5]]
  `);
});

test("slice: axis", () => {
  expect(() => slice(x([3, 5]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: slice: axis 2 is out of range
      x: [3, 5]]
  `);
});

test("slice: twice", () => {
  expect(() => slice(x([3, 5]), [1, -1], [0, 0])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: slice: an axis is named twice
      axes: [1, 1]
      x: [3, 5]]
  `);
});

test("split: sizes", () => {
  expect(() => split(x([3, 7]), [2, 4], 1)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: split: sizes do not make up axis 1
      x: [3, 7]
      sizes: [2, 4], together 6]
  `);
});

test("split: a piece of none", () => {
  expect(() => split(x([3, 7]), 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: split: pieces of 0
      x: [3, 7]
      wants: an integer of at least 1]
  `);
});

test("chunk: none", () => {
  expect(() => chunk(x([3, 7]), 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: chunk: 0 pieces
      x: [3, 7]
      wants: 1 or more]
  `);
});

test("stack: none", () => {
  expect(() => stack([])).toThrowErrorMatchingInlineSnapshot(`[ShapeError: stack: of no tensors]`);
});

test("stack: shapes", () => {
  expect(() => stack([x([2]), x([3])])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: stack: shapes differ
      shapes: [2] [3]
      fix: concat joins tensors that differ along the axis]
  `);
});

test("stack: axis", () => {
  expect(() => stack([x([2]), x([2])], 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: stack: axis 2 is out of range
      tensors: [2]]
  `);
});

test("stack: dtypes", () => {
  expect(() => stack([x([2]), index(2)])).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: stack: dtypes differ
      dtypes: f32 i32]
  `);
});

test("concat: shapes", () => {
  expect(() => concat([x([2, 3]), x([2, 4])])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: concat: shapes differ besides axis 0
      shapes: [2, 3] [2, 4]]
  `);
});

test("pad: no pairs", () => {
  expect(() => pad(x([3, 5]), [1, 2, 3])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: pad: wants counts before and after, in pairs from the last axis on
      x: [3, 5]
      padding: [1, 2, 3]]
  `);
});

test("pad: more pairs than axes", () => {
  expect(() => pad(x([5]), [1, 2, 3, 4])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: pad: wants counts before and after, in pairs from the last axis on
      x: [5]
      padding: [1, 2, 3, 4]]
  `);
});

test("pad: negative", () => {
  expect(() => pad(x([5]), [-1, 0])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: pad: counts must be integers of at least 0
      x: [5]
      padding: [-1, 0]
      fix: slice takes elements away]
  `);
});

test("pad: mirrored too far", () => {
  expect(() => pad(x([5]), [5, 0], { mode: "reflect" })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: pad: a border is too long for the mode reflect
      x: [5]
      padding: [5, 0]]
  `);
});

test("pad: periodic too far", () => {
  expect(() => pad(x([5]), [0, 6], { mode: "circular" })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: pad: a border is too long for the mode circular
      x: [5]
      padding: [0, 6]]
  `);
});

test("flip: axis", () => {
  expect(() => flip(x([5]), 1)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: flip: axis 1 is out of range
      x: [5]]
  `);
});

test("squeeze: axis", () => {
  expect(() => squeeze(x([5, 1]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: squeeze: axis 2 is out of range
      x: [5, 1]]
  `);
});

test("unsqueeze: axis", () => {
  expect(() => unsqueeze(x([5, 1]), 3)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: unsqueeze: axis 3 is out of range
      x: [5, 1]]
  `);
});

test("tile: none", () => {
  expect(() => tile(x([5]), [0])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: tile: repeats must be integers of at least 1
      repeats: [0]]
  `);
});

test("repeat: too few", () => {
  expect(() => repeat(x([5, 1]), [2])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: repeat: fewer numbers than dimensions
      x: [5, 1]
      repeats: [2]
      fix: tile takes them for the last dimensions]
  `);
});

test("roll: shifts", () => {
  expect(() => roll(x([5, 1]), [1, 2], 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: roll: wants one whole shift an axis
      shifts: [1, 2]
      axes: [0]]
  `);
});

test("tril: a vector", () => {
  expect(() => tril(x([5]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: tril: wants matrices, or batches of them
      x: [5]]
  `);
});

test("triu: half a diagonal", () => {
  expect(() => triu(x([5, 5]), 0.5)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: triu: no diagonal 0.5
      x: [5, 5]]
  `);
});

test("oneHot: floats", () => {
  expect(() => oneHot(x([5]), 3)).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: oneHot: indices have dtype f32
      wants: i32 or u32]
  `);
});

test("oneHot: no class", () => {
  expect(() => oneHot(index(5), 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: oneHot: 0 classes
      indices: [5]
      wants: 1 or more]
  `);
});

test("arange: nothing", () => {
  expect(() => arange(3, 1)).toThrowErrorMatchingInlineSnapshot(`
    [DataError: arange: no number, or too many
      start: 3
      end: 1
      step: 1]
  `);
});

test("linspace: nothing", () => {
  expect(() => linspace(0, 1, 0)).toThrowErrorMatchingInlineSnapshot(`
    [DataError: linspace: 0 steps
      wants: 1 or more]
  `);
});

test("eye: nothing", () => {
  expect(() => eye(0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: eye: every dimension must be an integer of at least 1
      shape: [0, 0]]
  `);
});

test("gather: float index", () => {
  expect(() => gather(x([3, 5]), 1, x([3, 2]))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: gather: indices have dtype f32
      wants: i32 or u32]
  `);
});

test("gather: beyond", () => {
  expect(() => gather(x([3, 5]), 1, index(4, 2))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: gather: index reaches beyond x besides axis 1
      x: [3, 5]
      index: [4, 2]]
  `);
});

test("scatterAdd: integers", () => {
  expect(() => scatterAdd(index(3), 0, index(3), index(3))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: scatterAdd: input 0 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
});

test("scatterAdd: source", () => {
  expect(() => scatterAdd(x([3]), 0, index(4), x([3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: scatterAdd: index reaches beyond source
      index: [4]
      source: [3]]
  `);
});

test("indexSelect: a matrix", () => {
  expect(() => indexSelect(x([3, 5]), 0, index(2, 2))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: indexSelect: indices must have one dimension
      indices: [2, 2]]
  `);
});

test("embedding: weight", () => {
  expect(() => embedding(x([3, 5, 2]), index(2))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: embedding: weight must be a matrix of one row an index
      weight: [3, 5, 2]]
  `);
});

test("takeRows and takeBytes: indices of two dimensions, a table without rows", () => {
  const rows = feed("rows", { shape: [2, 3], dtype: "u32" });
  expect(() => takeRows(x([5, 4]), rows)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: takeRows: table must have a dimension of rows, and indices one dimension
      table: f32[5, 4]
      indices: u32[2, 3]]
  `);
  expect(() => takeRows(x([]), feed("rows", { shape: [2], dtype: "u32" }))).toThrow("takeRows: table must have");
  const table = feed("bytes", { shape: [8], dtype: "u32" });
  const attrs = { rows: 8, shape: [4], mean: 0, std: 1 };
  expect(() => takeBytes(table, rows, attrs)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: takeBytes: indices must have one dimension
      indices: u32[2, 3]]
  `);
});

test("embedding: float indices", () => {
  expect(() => embedding(x([3, 5]), x([2]))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: embedding: indices have dtype f32
      wants: i32 or u32]
  `);
});

test("embedding: padding", () => {
  expect(() => embedding(x([3, 5]), index(2), { paddingIndex: 3 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: embedding: paddingIndex 3 is no row
      weight: [3, 5]]
  `);
});

test("matmul: a scalar", () => {
  expect(() => matmul(x([]), x([3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: matmul: operands must be vectors, matrices or batches of matrices
      a: []
      b: [3]]
  `);
});

test("matmul: vector and matrix", () => {
  expect(() => matmul(x([4]), x([3, 5]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: matmul: inner dimensions differ
      a: [1, 4], K = 4
      b: [3, 5], K = 3]
  `);
});

test("dot: lengths", () => {
  expect(() => dot(x([4]), x([3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: dot: wants two vectors of one length
      a: [4]
      b: [3]]
  `);
});

test("outer: a matrix", () => {
  expect(() => outer(x([4, 1]), x([3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: outer: wants two vectors
      a: [4, 1]
      b: [3]]
  `);
});

test("einsum: operands", () => {
  expect(() => einsum("ij,jk", x([3, 5]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: einsum: 2 terms for 1 operands
      equation: ij,jk
      operands: [3, 5]]
  `);
});

test("einsum: rank", () => {
  expect(() => einsum("ij->i", x([3, 5, 2]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: einsum: ij labels no 3 dimensions
      equation: ij->i
      operands: [3, 5, 2]]
  `);
});

test("einsum: sizes", () => {
  expect(() => einsum("ij,jk", x([3, 5]), x([4, 2]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: einsum: sizes of j differ
      equation: ij,jk
      operands: [3, 5] [4, 2]]
  `);
});

test("einsum: diagonal", () => {
  expect(() => einsum("ii->i", x([3, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: einsum: i comes twice in ii
      equation: ii->i
      operands: [3, 3]
      fix: diagonals are not taken: multiply by eye and sum]
  `);
});

test("einsum: unknown label", () => {
  expect(() => einsum("ij->ik", x([3, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: einsum: no operand has the label k
      equation: ij->ik
      operands: [3, 3]]
  `);
});

test("einsum: no letter", () => {
  expect(() => einsum("i1->i", x([3, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: einsum: 1 is no label
      equation: i1->i
      operands: [3, 3]
      fix: labels are letters; ... stands for further dimensions]
  `);
});

test("einsum: integers", () => {
  expect(() => einsum("i->i", index(3))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: einsum: operand 0 has dtype i32
      wants: f32]
  `);
});

test("reshape: what −1 stands for", () => {
  expect(() => reshape(x([2, 3]), [-1, 4])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: reshape: the other sizes leave none for −1
      x: [2, 3], 6 elements
      shape: [-1, 4]]
  `);
  expect(() => reshape(x([2, 3]), [-1, 3, -1])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: reshape: only one size may be −1
      x: [2, 3], 6 elements
      shape: [-1, 3, -1]]
  `);
  expect(() => reshape(x([2, 3]), [-1, 0])).toThrow(/reshape: the other sizes leave none for −1\n {2}x: \[2, 3]/);
  expect(() => reshape(x([2, 3]), [-2, -3])).toThrow("reshape: every dimension must be an integer of at least 1");
  expect(reshape(x([2, 3]), [3, -1]).shape).toEqual([3, 2]);
});

test("flatten: a dimension that x has not", () => {
  expect(() => flatten(x([2, 3]), 5)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: flatten: startDim 5 is out of range
      x: [2, 3]]
  `);
  for (const start of [-3, 0.5, Number.NaN]) expect(() => flatten(x([2, 3]), start)).toThrow(/^flatten: startDim/);
  expect([0, 1, 2, -1, -2].map((start) => flatten(x([2, 3]), start).shape)).toEqual([
    [6],
    [2, 3],
    [2, 3, 1],
    [2, 3],
    [6],
  ]);
});

test("expand: a leading size that is left open", () => {
  expect(() => expand(x([1, 3]), [-1, 1, 3])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: expand: every size must be an integer of at least 1, or -1 for one of x that stays
      x: [1, 3]
      shape: [-1, 1, 3]
      fix: name the sizes of new leading dimensions]
  `);
});

test("shapes, axes and tensors that are no list", () => {
  const wrong = 3 as unknown as number[];
  const a = x([2, 3]);
  expect(() => reshape(a, wrong)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: reshape: the shape is 3
      wants: a list
      fix: put brackets around: [a, b]]
  `);
  expect(() => concat(a as unknown as Tensor[], a as unknown as number)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: concat: tensors is a tensor f32[2, 3]
      wants: a list
      fix: put brackets around: [a, b]]
  `);
  expect(() => stack(a as unknown as Tensor[])).toThrow("stack: tensors is a tensor f32[2, 3]");
  for (const make of [uniform, normal] as const) expect(() => make(wrong)).toThrow(`${make.name}: the shape is 3`);
  expect(() => full(wrong, 1)).toThrow("full: the shape is 3");
  expect(() => bernoulli(0.5, { shape: wrong })).toThrow("bernoulli: the shape is 3");
  expect(() => expand(a, wrong)).toThrow("expand: the shape is 3");
  expect(() => permute(a, wrong)).toThrow("permute: axes is 3");
  expect(() => pad(a, wrong)).toThrow("pad: padding is 3");
  expect(() => repeat(a, wrong)).toThrow("repeat: repeats is 3");
});

test("clamp: no bounds", () => {
  const bounds = undefined as unknown as { min: number };
  expect(() => clamp(x([3]), bounds)).toThrow("clamp: no bound is given\n  fix: pass { min, max }");
});

test("normalisations speak of themselves", () => {
  for (const normalize of [layerNorm, rmsNorm]) {
    expect(() => normalize(index(2, 3))).toThrow(`${normalize.name}: input 0 has dtype i32`);
    expect(() => normalize(x([2, 3]), 3, { weight: index(3) })).toThrow(`${normalize.name}: input 1 has dtype i32`);
  }
});
