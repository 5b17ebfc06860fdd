import type { Tensor } from "../../../../src/index";
import * as wgrad from "../../../../src/index";
import { LARGE, M, maskOf, type OpEntries, type OpEntry, type OpInput, PICTURES, ROWS } from "../entry";

type Reduce = (x: Tensor, axes?: number | readonly number[]) => Tensor;

const reduced = (reduce: Reduce, input: OpInput, name: string, axes?: number | readonly number[]): OpEntry => ({
  name,
  inputs: [input],
  build: (x) => reduce(x!, axes),
});

/** Over everything, along rows and along columns. */
const threeWays = (reduce: Reduce): OpEntry[] => [
  reduced(reduce, [LARGE], "all"),
  reduced(reduce, ROWS, "rows", 1),
  reduced(reduce, ROWS, "columns", 0),
];

const masks = (reduce: Reduce): OpEntry[] => [
  reduced(reduce, maskOf([LARGE]), "all"),
  reduced(reduce, maskOf(ROWS), "rows", 1),
];

export const entries: OpEntries = {
  all: masks(wgrad.all),
  any: masks(wgrad.any),
  argMax: [
    reduced((x) => wgrad.argMax(x, 0), [LARGE], "all"),
    reduced((x) => wgrad.argMax(x, 1), ROWS, "rows"),
    reduced((x) => wgrad.argMax(x, 0), ROWS, "columns"),
  ],
  argMin: reduced((x) => wgrad.argMin(x, 1), ROWS, "rows"),
  cosineSimilarity: { inputs: [ROWS, ROWS], build: (a, b) => wgrad.cosineSimilarity(a!, b!) },
  dot: { inputs: [[LARGE], [LARGE]], build: (a, b) => wgrad.dot(a!, b!) },
  logSumExp: { inputs: [ROWS], build: (x) => wgrad.logSumExp(x!, 1), note: "arithmetic: an exponential an element" },
  max: threeWays(wgrad.max),
  mean: threeWays(wgrad.mean),
  min: reduced(wgrad.min, ROWS, "rows", 1),
  norm: threeWays((x, axes) => wgrad.norm(x, axes)),
  pairwiseDistance: { inputs: [ROWS, ROWS], build: (a, b) => wgrad.pairwiseDistance(a!, b!) },
  prod: reduced(wgrad.prod, { shape: ROWS, range: [0.9, 1.1] }, "rows", 1),
  std: threeWays((x, axes) => wgrad.std(x, axes)),
  sum: [
    ...threeWays(wgrad.sum),
    reduced(wgrad.sum, [16 * M], "all of 16M"),
    reduced(wgrad.sum, PICTURES, "channels", [0, 2, 3]),
    reduced(wgrad.sum, [131072, 32], "short rows", 1),
    reduced(wgrad.sum, [131072, 32], "few columns", 0),
  ],
  variance: [
    ...threeWays((x, axes) => wgrad.variance(x, axes)),
    reduced(wgrad.variance, PICTURES, "channels", [0, 2, 3]),
  ],
};
