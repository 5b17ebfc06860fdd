// What ops say to options that are none: numbers and flags as PyTorch takes them, words that mean nothing, numbers out of range.
import { describe, expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import { DTypeError, ShapeError } from "../../src/core/errors";
import * as w from "../../src/index";

const x = (shape: number[], dtype: DType = "f32") => w.state("x", { shape, dtype });
const [a, b, row, picture, ids] = [x([3, 4]), x([4, 3]), x([4]), x([1, 4, 5, 5]), x([3], "i32")];
// biome-ignore lint/suspicious/noExplicitAny: what is passed here is what the types do not allow.
type Any = any;

const weights = { weightIh: x([2, 4]), weightHh: x([2, 2]) };
const takers: Record<string, (options: Any) => unknown> = {
  leakyRelu: (o) => w.leakyRelu(a, o),
  elu: (o) => w.elu(a, o),
  gelu: (o) => w.gelu(a, o),
  softplus: (o) => w.softplus(a, o),
  clamp: (o) => w.clamp(a, o),
  sum: (o) => w.sum(a, 0, o),
  mean: (o) => w.mean(a, 0, o),
  max: (o) => w.max(a, 0, o),
  min: (o) => w.min(a, 0, o),
  prod: (o) => w.prod(a, 0, o),
  variance: (o) => w.variance(a, 0, o),
  std: (o) => w.std(a, 0, o),
  norm: (o) => w.norm(a, 0, o),
  logSumExp: (o) => w.logSumExp(a, 0, o),
  all: (o) => w.all(x([3], "u32"), 0, o),
  any: (o) => w.any(x([3], "u32"), 0, o),
  argMax: (o) => w.argMax(a, 0, o),
  argMin: (o) => w.argMin(a, 0, o),
  argSort: (o) => w.argSort(a, 0, o),
  sort: (o) => w.sort(a, 0, o),
  topK: (o) => w.topK(a, 1, 0, o),
  cumsum: (o) => w.cumsum(a, 0, o),
  cumprod: (o) => w.cumprod(a, 0, o),
  matmul: (o) => w.matmul(a, b, o),
  pairwiseDistance: (o) => w.pairwiseDistance(a, a, o),
  conv1d: (o) => w.conv1d(x([1, 4, 9]), x([2, 4, 3]), null, o),
  conv2d: (o) => w.conv2d(picture, x([2, 4, 3, 3]), null, o),
  convTranspose1d: (o) => w.convTranspose1d(x([1, 4, 9]), x([4, 2, 3]), null, o),
  convTranspose2d: (o) => w.convTranspose2d(picture, x([4, 2, 3, 3]), null, o),
  avgPool1d: (o) => w.avgPool1d(x([1, 4, 9]), 3, o),
  avgPool2d: (o) => w.avgPool2d(picture, 3, o),
  maxPool1d: (o) => w.maxPool1d(x([1, 4, 9]), 3, o),
  maxPool2d: (o) => w.maxPool2d(picture, 3, o),
  upsample2d: (o) => w.upsample2d(picture, o),
  warp: (o) => w.warp(picture, x([1, 8]), o),
  pad: (o) => w.pad(a, [1, 1], o),
  batchNorm: (o) => w.batchNorm(a, row, row, o),
  groupNorm: (o) => w.groupNorm(picture, 2, o),
  instanceNorm: (o) => w.instanceNorm(picture, o),
  layerNorm: (o) => w.layerNorm(a, 4, o),
  rmsNorm: (o) => w.rmsNorm(a, 4, o),
  mseLoss: (o) => w.mseLoss(a, a, o),
  l1Loss: (o) => w.l1Loss(a, a, o),
  hingeLoss: (o) => w.hingeLoss(a, a, o),
  huberLoss: (o) => w.huberLoss(a, a, o),
  bce: (o) => w.bce(a, a, o),
  bceWithLogits: (o) => w.bceWithLogits(a, a, o),
  klDiv: (o) => w.klDiv(a, a, o),
  nllLoss: (o) => w.nllLoss(a, ids, o),
  softmaxCrossEntropy: (o) => w.softmaxCrossEntropy(a, ids, o),
  embedding: (o) => w.embedding(a, ids, o),
  rotaryEmbedding: (o) => w.rotaryEmbedding(a, o),
  scaledDotProductAttention: (o) => w.scaledDotProductAttention(x([1, 3, 4]), x([1, 3, 4]), x([1, 3, 4]), o),
  rnn: (o) => w.rnn(x([5, 1, 4]), [weights], o),
  gru: (o) => w.gru(x([5, 1, 4]), [{ weightIh: x([6, 4]), weightHh: x([6, 2]) }], o),
  lstm: (o) => w.lstm(x([5, 1, 4]), [{ weightIh: x([8, 4]), weightHh: x([8, 2]) }], o),
  rnnCell: (o) => w.rnnCell(x([1, 4]), weights, undefined, o),
  gruCell: (o) => w.gruCell(x([1, 4]), { weightIh: x([6, 4]), weightHh: x([6, 2]) }, undefined, o),
  lstmCell: (o) => w.lstmCell(x([1, 4]), { weightIh: x([8, 4]), weightHh: x([8, 2]) }, o),
  uniform: (o) => w.uniform([2], o),
  normal: (o) => w.normal([2], o),
  truncatedNormal: (o) => w.truncatedNormal([2], o),
  randint: (o) => w.randint(0, 9, [2], o),
  permutation: (o) => w.permutation(5, o),
  bernoulli: (o) => w.bernoulli(a, o),
  categorical: (o) => w.categorical(a, o),
  sampleTokens: (o) => w.sampleTokens(a, o),
};

describe("options that are no object", () => {
  test.each(Object.entries(takers))("%s", (op, call) => {
    for (const [given, shown] of [
      [0.2, "0.2"],
      [true, "true"],
      [[1, 2], "[1, 2]"],
      [row, "a tensor f32[4]"],
    ] as const) {
      expect(() => call(given)).toThrow(ShapeError);
      expect(() => call(given)).toThrow(`${op}: options are ${shown}\n`);
    }
  });

  test("null, where all may be left out", () => {
    expect(() => w.sum(a, 0, null as Any)).toThrow("sum: options are null\n");
  });

  test("the error says what is meant", () => {
    expect(() => w.leakyRelu(a, 0.2 as Any)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: leakyRelu: options are 0.2
        wants: an object
        fix: name what is meant: { name: value }]
    `);
  });
});

describe("words that mean nothing", () => {
  const words: readonly (readonly [string, string, string, (word: Any) => unknown])[] = [
    ["conv1d", "padding", "same, valid", (padding) => w.conv1d(x([1, 4, 9]), x([2, 4, 3]), null, { padding })],
    ["conv2d", "padding", "same, valid", (padding) => w.conv2d(picture, x([2, 4, 3, 3]), null, { padding })],
    ["pad", "mode", "constant, reflect, replicate, circular", (mode) => w.pad(a, [1, 1], { mode })],
    ["upsample2d", "mode", "nearest, bilinear", (mode) => w.upsample2d(picture, { scale: 2, mode })],
    ["warp", "mode", "bilinear, nearest", (mode) => w.warp(picture, x([1, 8]), { mode })],
    ["warp", "fill", 'a number, or "edge"', (fill) => w.warp(picture, x([1, 8]), { fill })],
    ["gelu", "approximate", "none, tanh", (approximate) => w.gelu(a, { approximate })],
    ["rnn", "nonlinearity", "tanh, relu", (nonlinearity) => w.rnn(x([5, 1, 4]), [weights], { nonlinearity })],
    ["mseLoss", "reduction", "mean, sum, none", (reduction) => w.mseLoss(a, a, { reduction })],
    ["varianceScaling", "mode", "fanIn, fanOut, fanAvg", (mode) => w.init.varianceScaling({ mode })],
    ["varianceScaling", "distribution", "normal, uniform", (distribution) => w.init.varianceScaling({ distribution })],
  ];
  test.each(words)("%s: %s", (op, option, wants, call) => {
    expect(() => call("Some")).toThrow(ShapeError);
    expect(() => call("Some")).toThrow(`${op}: ${option} Some\n  wants: ${wants}`);
  });
});

test("numbers that cannot be", () => {
  for (const eps of [0, -1, Number.NaN]) {
    expect(() => w.layerNorm(a, 4, { eps })).toThrow(`layerNorm: eps ${eps}\n  wants: eps > 0`);
    expect(() => w.rmsNorm(a, 4, { eps })).toThrow(`rmsNorm: eps ${eps}`);
    expect(() => w.groupNorm(picture, 2, { eps })).toThrow(`groupNorm: eps ${eps}`);
    expect(() => w.instanceNorm(picture, { eps })).toThrow(`instanceNorm: eps ${eps}`);
    const states = { runningMean: row, runningVar: row, training: true };
    expect(() => w.batchNorm(a, row, row, { ...states, eps })).toThrow(`batchNorm: eps ${eps}`);
  }
  expect(() => w.elu(a, { alpha: Number.NaN })).toThrow("elu: alpha NaN\n  wants: a number");
  expect(() => w.leakyRelu(a, { negativeSlope: Number.NaN })).toThrow("leakyRelu: negativeSlope NaN");
  expect(() => w.softplus(a, { threshold: Number.NaN })).toThrow("softplus: threshold NaN");
  expect(() => w.pairwiseDistance(a, a, { eps: Number.NaN })).toThrow("pairwiseDistance: eps NaN");
  expect(() => w.nllLoss(a, ids, { ignoreIndex: 0.5 })).toThrow("nllLoss: ignoreIndex 0.5\n  wants: an integer");
});

test("numbers that an integer dtype cannot hold", () => {
  expect(() => w.arange(-2, 2, 1, "u32")).toThrow(DTypeError);
  expect(() => w.arange(-2, 2, 1, "u32")).toThrow("arange: -2 is no u32");
  expect(() => w.arange(0, 2, 0.5, "i32")).toThrow("arange: 0.5 is no i32");
  expect(() => w.arange(0, 4e9, 1e9)).toThrow("arange: 3000000000 is no i32");
  expect(() => w.pad(x([3], "i32"), [1, 1], { value: 0.5 })).toThrow("pad: 0.5 is no i32");
  expect(() => w.pad(x([3], "u32"), [1, 1], { value: -1 })).toThrow("pad: -1 is no u32");
  for (const make of [w.zeros, w.ones] as const) expect(() => make([2], "int" as Any)).toThrow("there is no dtype int");
  expect(() => w.eye(2, 2, "int" as Any)).toThrow("eye: there is no dtype int");
});
