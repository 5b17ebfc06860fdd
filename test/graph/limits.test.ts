// Integers that an op does not take are refused where they are known: in data at the call, in feeds before a run.
import { expect, test } from "vitest";
import { DataError } from "../../src/core/errors";
import { checkLimits } from "../../src/graph/limits";
import { data, feed, state, type Tensor } from "../../src/graph/tensor";
import {
  add,
  embedding,
  expand,
  gather,
  indexSelect,
  nllLoss,
  oneHot,
  reshape,
  scatterAdd,
  slice,
  softmaxCrossEntropy,
  transpose,
  unsqueeze,
} from "../../src/index";

const table = state("table", { shape: [5, 3], dtype: "f32" });
const fed = (...shape: number[]) => feed("i", { shape, dtype: "i32" });
const known = (...values: number[]) => data({ shape: [values.length], dtype: "i32" }, Int32Array.from(values));
const limitsOf = (t: Tensor) => (t.leaf?.kind === "feed" ? (t.leaf.limits ?? []) : []);
const columns = (t: Tensor) => expand(unsqueeze(t, -1), [...t.shape, 3]);

const takers: readonly (readonly [string, number, number, (indices: Tensor) => Tensor])[] = [
  ["embedding", -1, 4, (i) => embedding(table, i)],
  ["indexSelect", 0, 2, (i) => indexSelect(table, 1, i)],
  ["gather", 0, 4, (i) => gather(table, 0, columns(i))],
  ["scatterAdd", 0, 4, (i) => scatterAdd(table, 0, columns(i), columns(state("s", { shape: i.shape, dtype: "f32" })))],
  ["oneHot", -1, 6, (i) => oneHot(i, 7)],
];

test.each(takers)("%s takes indices from %i to %i only", (op, low, high, take) => {
  const indices = fed(4);
  take(indices);
  take(indices);
  expect(limitsOf(indices)).toEqual([{ op, low, high }]);
  expect(() => take(known(low, high, 0))).not.toThrow();
  expect(() => take(known(0, high + 1))).toThrow(
    `${op}: indices: element 1 is ${high + 1}\n  allowed: ${low} … ${high}`,
  );
  expect(() => take(known(low - 1))).toThrow(DataError);
  // What is computed is safe, and not known.
  expect(() => take(add(known(high), 1))).not.toThrow();
});

test.each([
  ["nllLoss", nllLoss],
  ["softmaxCrossEntropy", softmaxCrossEntropy],
] as const)("%s takes classes and the ignored label only", (op, loss) => {
  const x = state("x", { shape: [2, 4], dtype: "f32" });
  const of = (ignoreIndex: number, ...labels: number[]) => loss(x, known(...labels), { ignoreIndex });
  expect(() => of(255, 3, 255)).not.toThrow();
  expect(() => of(255, 3, 7)).toThrow(`${op}: labels: element 1 is 7\n  allowed: 0 … 3, 255`);
  expect(() => of(-100, -7, 0)).toThrow("element 0 is -7\n  allowed: 0 … 3, -100");
  expect(() => of(-1, 0, -1)).not.toThrow();
  expect(() => of(-1, 0, 4)).toThrow("element 1 is 4\n  allowed: -1 … 3");
  expect(() => of(2, 3, -1)).toThrow("element 1 is -1\n  allowed: 0 … 3");
  expect(() => of(0.5, 0, 1)).toThrow(`${op}: ignoreIndex 0.5`);
});

test("a feed is held to what all its readers take, through views that leave nothing out", () => {
  const i = fed(2, 3);
  embedding(table, transpose(reshape(i, [3, 2])));
  oneHot(expand(unsqueeze(i, 0), [2, 2, 3]), 9);
  expect(limitsOf(i)).toEqual([
    { op: "embedding", low: -1, high: 4 },
    { op: "oneHot", low: -1, high: 8 },
  ]);
  const part = fed(2, 3);
  embedding(table, slice(part, 1, 0, 2));
  expect(limitsOf(part)).toEqual([]);
});

test("the first value that any limit leaves out is named, with the op that does", () => {
  const limits = [
    { op: "wide", low: 0, high: 9 },
    { op: "narrow", low: 0, high: 4, also: -1 },
  ];
  expect(() => checkLimits("feed i", Int32Array.of(0, 4, 3), limits)).not.toThrow();
  expect(() => checkLimits("feed i", Int32Array.of(0, 5, 10), limits)).toThrow(/^narrow: feed i: element 1 is 5/);
  expect(() => checkLimits("feed i", Int32Array.of(-1), limits)).toThrow(/^wide: feed i: element 0 is -1/);
});
