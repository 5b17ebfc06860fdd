import { type CrossEntropyOptions, softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { opCase, type Reference } from "./opCase";
import { classLosses, constant } from "./reference";

const labels = (...values: number[]) => ({ shape: [values.length], dtype: "i32" as const, values });
const soft = (...shape: number[]) => ({ shape, range: [0, 1] as const });
const weights = [0.5, 2, 0.1, 7];
const many = (n: number, classes: number) => labels(...Array.from({ length: n }, (_, i) => (i * 37) % classes));
const factors = (classes: number) => Array.from({ length: classes }, (_, c) => (c % 5) / 2);

export default opCase<Omit<CrossEntropyOptions, "weight"> & { weights?: readonly number[] }>({
  samples: [
    { inputs: [[5, 7], labels(0, 6, 3, 3, 1)] },
    { inputs: [[1, 1], labels(0)] },
    { inputs: [[4, 3], labels(2, -1, 0, -1)], note: "ignored rows" },
    { inputs: [[3, 4], labels(1, 77, -5)], attrs: { weights, reduction: "none" }, note: "labels that are no class" },
    { inputs: [[4, 4], labels(1, 4, -7, 2)], note: "the same in one loss" },
    { inputs: [{ shape: [6, 5], range: [-300, 300] }, many(6, 5)], note: "large logits in one loss" },
    { inputs: [[130, 64], many(130, 66)], note: "many rows in one loss" },
    {
      inputs: [[130, 260], many(130, 261)],
      attrs: { weights: factors(260), reduction: "none" },
      note: "several rows a subgroup, weighted",
      vjp: false,
    },
    { inputs: [{ shape: [2, 3], range: [-5e3, 5e3] }, labels(0, 1)], note: "large logits", vjp: false },
    { inputs: [[3, 4], labels(1, 2, 9)], attrs: { weights, ignoreIndex: 9, reduction: "sum", labelSmoothing: 0.2 } },
    {
      inputs: [[2, 3, 4], { shape: [2, 3], dtype: "i32", values: [0, 1, 3, -1, 2, 2] }],
      attrs: { weights },
      note: "weights",
    },
    { inputs: [[3, 4], soft(3, 4)], attrs: { weights, labelSmoothing: 0.1 }, note: "soft labels" },
    { inputs: [[70, 10], many(70, 10)], note: "more rows than a subgroup has lanes", vjp: false },
    { inputs: [[257, 3], many(257, 3)], note: "more rows than one workgroup takes", vjp: false },
    {
      inputs: [[150, 4], many(150, 9)],
      attrs: { weights, reduction: "sum" },
      note: "rows in turn, some no class",
      vjp: false,
    },
    { inputs: [[2, 3], labels(-1, -1)], note: "no row counts" },
    { inputs: [[3, 65], labels(64, 0, 9)], note: "more classes than short rows have" },
    {
      inputs: [[3, 4], labels(1, 2, 9)],
      attrs: { weights, ignoreIndex: 9, reduction: "sum" },
      note: "few rows, weighted",
    },
    { inputs: [[37, 12], many(37, 14)], attrs: { reduction: "none" }, note: "several rows a workgroup, by fours" },
    {
      inputs: [{ shape: [5, 10], range: [-1e3, 1e3] }, many(5, 12)],
      attrs: { reduction: "none" },
      note: "ten classes",
    },
    {
      inputs: [{ shape: [4, 36], range: [-9, 9] }, labels(6, 35, 37, 1)],
      attrs: { reduction: "none" },
      note: "by two fours",
    },
    {
      inputs: [[4, 36], many(4, 38)],
      attrs: { weights: factors(36), reduction: "none" },
      note: "by two fours, weighted",
    },
    {
      inputs: [[3, 64], labels(5, 64, 40)],
      attrs: { weights: factors(64), reduction: "none" },
      note: "by two fours or by lanes, weighted",
    },
    {
      inputs: [{ shape: [3, 77], range: [-9, 9] }, labels(76, 3, -1)],
      attrs: { reduction: "none" },
      note: "long rows",
    },
    { inputs: [{ shape: [3, 260], range: [-9, 9] }, labels(200, 260, 7)], note: "long rows, by fours" },
    {
      inputs: [{ shape: [37, 12], range: [-1e3, 1e3] }, many(37, 12)],
      attrs: { reduction: "none" },
      note: "other rows' logits are far larger, by fours",
      vjp: false,
    },
    {
      inputs: [{ shape: [37, 3], range: [-1e3, 1e3] }, many(37, 3)],
      attrs: { labelSmoothing: 0.1, reduction: "none" },
      note: "other rows' logits are far larger",
      vjp: false,
    },
    { inputs: [{ shape: [2, 70], range: [90, 99] }, soft(2, 70)], attrs: { labelSmoothing: 0.3, reduction: "none" } },
    { inputs: [{ shape: [3, 1031], range: [-1e4, 1e4] }, many(3, 1031)], note: "very long rows", vjp: false },
    {
      inputs: [{ shape: [2, 4099], range: [-10, 10] }, labels(5, 4000)],
      attrs: { labelSmoothing: 0.1, reduction: "none" },
      note: "the small shares of many classes are not lost in the label's",
      vjp: false,
    },
  ],
  build: ([logits, l], { weights, ...attrs }) =>
    softmaxCrossEntropy(logits!, l!, { ...attrs, weight: constant(weights) }),
  reference: ([logits, l], attrs) => classLosses(logSoftmax(logits!), l!, attrs),
});

function logSoftmax({ data, shape }: Reference): Reference {
  const n = shape.at(-1)!;
  const out = data.map((v, i) => {
    const row = data.subarray(i - (i % n), i - (i % n) + n);
    const largest = Math.max(...row);
    return v - largest - Math.log(row.reduce((s, x) => s + Math.exp(x - largest), 0));
  });
  return { data: out, shape };
}
