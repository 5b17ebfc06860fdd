// What ops say to options that are none: numbers and flags as PyTorch takes them, words that mean nothing, numbers out of range.
import { describe, expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import { DTypeError, ShapeError } from "../../src/core/errors";
import * as w from "../../src/index";

const x = (shape: number[], dtype: DType = "f32") => w.state("x", { shape, dtype });
const [a, b, row, picture, ids] = [x([3, 4]), x([4, 3]), x([4]), x([1, 4, 5, 5]), x([3], "i32")];
// biome-ignore lint/suspicious/noExplicitAny: what is passed here is what the types do not allow.
type Any = any;

const engine = { runtime: { throwErrors() {} }, options: {} } as Any;
const tokens = new w.TokenDataset({ tokens: Array(40).fill(1), size: 2 });
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
  searchSorted: (o) => w.searchSorted(row, a, o),
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
  dropout: (o) => w.dropout(a, 0.5, o),
  attendCached: (o) => w.attendCached(x([1, 2, 12]), w.createKeyValueCache(1, 4, 4), o),
  multiHeadAttention: (o) => w.multiHeadAttention([x([1, 3, 12])], o),
  recurrence: (o) => w.recurrence("tanh", x([5, 1, 2]), x([2, 2]), o),
  labelWeights: (o) => w.labelWeights(ids, o),
  takeBytes: (o) => w.takeBytes(x([4], "u32"), x([2], "u32"), o),
  takeRows: (o) => w.takeRows(a, x([2], "u32"), o),
  takeWindows: (o) => w.takeWindows(ids, x([2], "u32"), o),
  symmetricBeta: (o) => w.symmetricBeta([2], o),
  randomPlacement: (o) => w.randomPlacement(1, [5, 5], o),
  augment: (o) => w.augment(picture, o),
  randomShift: (o) => w.randomShift(picture, 1, o),
  randomFlip: (o) => w.randomFlip(picture, o),
  randomRotate: (o) => w.randomRotate(picture, 5, o),
  randomCrop: (o) => w.randomCrop(picture, 3, o),
  cutout: (o) => w.cutout(picture, 2, o),
  randomNoise: (o) => w.randomNoise(picture, 1, o),
  mixup: (o) => w.mixup(a, ids, o),
  Linear: (o) => new w.Linear(3, 4, o),
  BatchNorm: (o) => new w.BatchNorm(3, o),
  LayerNorm: (o) => new w.LayerNorm(3, o),
  RMSNorm: (o) => new w.RMSNorm(3, o),
  GroupNorm: (o) => new w.GroupNorm(2, 4, o),
  InstanceNorm2d: (o) => new w.InstanceNorm2d(4, o),
  Conv1d: (o) => new w.Conv1d(4, 2, 3, o),
  Conv2d: (o) => new w.Conv2d(4, 2, 3, o),
  ConvTranspose1d: (o) => new w.ConvTranspose1d(4, 2, 3, o),
  ConvTranspose2d: (o) => new w.ConvTranspose2d(4, 2, 3, o),
  Embedding: (o) => new w.Embedding(4, 2, o),
  MaxPool1d: (o) => new w.MaxPool1d(2, o),
  MaxPool2d: (o) => new w.MaxPool2d(2, o),
  AvgPool1d: (o) => new w.AvgPool1d(2, o),
  AvgPool2d: (o) => new w.AvgPool2d(2, o),
  Upsample: (o) => new w.Upsample(o),
  RNN: (o) => new w.RNN(3, 4, o),
  GRU: (o) => new w.GRU(3, 4, o),
  LSTM: (o) => new w.LSTM(3, 4, o),
  MultiheadAttention: (o) => new w.MultiheadAttention(4, 2, o),
  AdditiveAttention: (o) => new w.AdditiveAttention(4, 4, 4).forward(x([1, 3, 4]), o),
  TransformerEncoderLayer: (o) => new w.TransformerEncoderLayer(4, 2, o),
  TransformerDecoderLayer: (o) => new w.TransformerDecoderLayer(4, 2, o),
  varianceScaling: (o) => w.init.varianceScaling(o),
  orthogonal: (o) => w.init.orthogonal(o),
  Loader: (o) => new w.Loader({ count: 9, take: () => ({ x: a, labels: ids }) }, o),
  ImageDataset: (o) => new w.ImageDataset(o),
  TabularDataset: (o) => new w.TabularDataset(o),
  TokenDataset: (o) => new w.TokenDataset(o),
  StreamLoader: (o) => new w.StreamLoader(tokens, o),
  WindowLoader: (o) => new w.WindowLoader(tokens, o),
  SequenceDataset: (o) => new w.SequenceDataset({ ids: [[1]] }, o),
  padSequences: (o) => w.padSequences([[1]], o),
  bucketedBatches: (o) => w.bucketedBatches([], o),
  splitText: (o) => w.splitText("abc", o),
  characterTokenizer: (o) => w.characterTokenizer("abc", o),
  wordTokenizer: (o) => w.wordTokenizer("abc", o),
  trainBytePairs: (o) => w.trainBytePairs("abc", o),
  Sampler: (o) => new w.Sampler(o),
  beamSearch: (o) => w.beamSearch(o),
  corpusBleu: (o) => w.corpusBleu([[["a"]]], [["a"]], o),
  stepSchedule: (o) => w.stepSchedule(1, o),
  multiStepSchedule: (o) => w.multiStepSchedule(1, o),
  exponentialSchedule: (o) => w.exponentialSchedule(1, o),
  inverseTimeSchedule: (o) => w.inverseTimeSchedule(1, o),
  polynomialSchedule: (o) => w.polynomialSchedule(1, o),
  linearSchedule: (o) => w.linearSchedule(1, o),
  cosineSchedule: (o) => w.cosineSchedule(1, o),
  cosineRestartsSchedule: (o) => w.cosineRestartsSchedule(1, o),
  oneCycleSchedule: (o) => w.oneCycleSchedule(1, o),
  warmUp: (o) => w.warmUp(w.constantSchedule(1), o),
  ReduceOnPlateau: (o) => new w.ReduceOnPlateau(1, o),
  EarlyStopping: (o) => new w.EarlyStopping(o),
  learningCurveReading: (o) => w.learningCurveReading([2, 1], 1, o),
  trainDevTestSplit: (o) => w.trainDevTestSplit(100, o),
  gradCheck: (o) => w.gradCheck(engine, () => a, {}, o),
  fit: (o) => w.fit(o),
  evaluateClassifier: (o) => w.evaluateClassifier(o),
  createEngine: (o) => w.createEngine(o),
  capture: (o) => w.Engine.prototype.capture.call(engine, {}, () => ({}), o),
  load: (o) => w.Engine.prototype.load.call(engine, new Uint8Array(), o),
  saveCheckpoint: (o) => w.saveCheckpoint(engine, o),
};

/** Further ways to functions of the table. */
const ways: [string, (options: Any) => unknown][] = [
  ["truncatedNormal", (o) => w.init.truncatedNormal(o)],
  ["corpusBleu", (o) => w.sentenceBleu([["a"]], ["a"], o)],
  ["MultiheadAttention", (o) => new w.MultiheadAttention(4, 2).forward(x([1, 3, 4]), o)],
  ["MultiheadAttention", (o) => new w.MultiheadAttention(4, 2).attendProjected(x([1, 3, 4]), x([1, 3, 8]), o)],
  ["TransformerDecoderLayer", (o) => new w.TransformerDecoderLayer(4, 2).forward(x([1, 3, 4]), x([1, 3, 4]), o)],
  ["Loader", (o) => new w.SequenceLoader(new w.SequenceDataset({ ids: [[1]] }), o)],
  ["RNN", (o) => new w.RNN(4, 2).run(x([5, 1, 4]), o)],
  ["GRU", (o) => new w.GRU(4, 2).run(x([5, 1, 4]), o)],
  ["LSTM", (o) => new w.LSTM(4, 2).run(x([5, 1, 4]), o)],
  ["loadCheckpoint", (o) => w.loadCheckpoint(engine, new Uint8Array(), o)],
];

describe("options that are no object", () => {
  test.each([...Object.entries(takers), ...ways])("%s", async (op, call) => {
    for (const [given, shown] of [
      [0.2, "0.2"],
      [true, "true"],
      [[1, 2], "[1, 2]"],
      [row, "a tensor f32[4]"],
    ] as const) {
      const calling = async () => call(given);
      await expect(calling).rejects.toThrow(ShapeError);
      await expect(calling).rejects.toThrow(`${op}: options are ${shown}\n`);
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

describe("options that there are not", () => {
  test.each([...Object.entries(takers), ...ways])("%s", async (op, call) => {
    const calling = async () => call({ whatever: 1 });
    await expect(calling).rejects.toThrow(ShapeError);
    await expect(calling).rejects.toThrow(`${op}: there is no option whatever\n  options: `);
  });

  test("whoever looks at options is in the table", () => {
    const files = import.meta.glob<string>("../../src/*/*.ts", { eager: true, query: "?raw", import: "default" });
    const named = Object.values(files).flatMap((text) =>
      [...text.matchAll(/optionsOf\(\s*"(\w+)"/g)].map((m) => m[1]!),
    );
    expect(named.length).toBeGreaterThan(100);
    const known = new Set([...Object.keys(takers), ...ways.map(([op]) => op)]);
    expect([...new Set(named)].filter((op) => !known.has(op))).toEqual([]);
  });

  test("the error names those that there are, and the one that was meant", () => {
    expect(() => w.softmaxCrossEntropy(a, ids, { ignore_index: 0 } as Any)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: softmaxCrossEntropy: there is no option ignore_index
        options: ignoreIndex, labelSmoothing, weight, reduction
        fix: did you mean ignoreIndex?]
    `);
    expect(() => new w.BatchNorm(3, { affine: false } as Any)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: BatchNorm: there is no option affine
        options: momentum, eps]
    `);
    const meant: [string, () => unknown][] = [
      ["padding", () => w.conv2d(picture, x([2, 4, 3, 3]), null, { pad: 1 } as Any)],
      ["weight", () => w.softmaxCrossEntropy(a, ids, { weights: row } as Any)],
      ["keepDims", () => w.sum(a, 0, { keepdim: true } as Any)],
      ["negativeSlope", () => w.leakyRelu(a, { negative_slope: 0.1 } as Any)],
      ["paddingIndex", () => w.embedding(a, ids, { padding_index: 0 } as Any)],
      ["batchFirst", () => new w.LSTM(3, 4, { batch_first: true } as Any)],
      ["linearBeforeReset", () => new w.GRU(3, 4, { linear_before_reset: false } as Any)],
    ];
    for (const [name, call] of meant) expect(call).toThrow(`fix: did you mean ${name}?`);
  });

  test("one that is left undefined is none", () => {
    expect(w.conv2d(picture, x([2, 4, 3, 3]), null, { padding: undefined, pads: undefined } as Any).shape).toEqual([
      1, 2, 3, 3,
    ]);
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
    [
      "TransformerDecoderLayer",
      "activation",
      "relu, gelu, geluTanh, swiglu",
      (activation) => new w.TransformerDecoderLayer(4, 2, { activation }),
    ],
    ["EarlyStopping", "mode", "min, max", (mode) => new w.EarlyStopping({ mode })],
    ["ReduceOnPlateau", "mode", "min, max", (mode) => new w.ReduceOnPlateau(1, { mode })],
    ["corpusBleu", "smoothing", "none, epsilon, addOne", (smoothing) => w.sentenceBleu([["a"]], ["a"], { smoothing })],
    ["mixup", "per", "batch, example", (per) => w.mixup(a, ids, { per, classes: 2 })],
    ["averageScores", "average", "macro, micro, weighted", (average) => w.averageScores([], average)],
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
  expect(() => w.pad(a, [1, 1], { mode: "reflect", value: 2 })).toThrow('pad: value 2\n  wants: the mode "constant"');
  expect(() => w.pad(x([3], "i32"), [1, 1], { value: 0.5 })).toThrow("pad: 0.5 is no i32");
  expect(() => w.pad(x([3], "u32"), [1, 1], { value: -1 })).toThrow("pad: -1 is no u32");
  for (const make of [w.zeros, w.ones] as const) expect(() => make([2], "int" as Any)).toThrow("there is no dtype int");
  expect(() => w.eye(2, 2, "int" as Any)).toThrow("eye: there is no dtype int");
});
