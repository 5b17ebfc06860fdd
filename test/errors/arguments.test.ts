// What JavaScript lets one pass to loaders, tokenizers, metrics and files by mistake.
import { describe, expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import { feed, type Tensor } from "../../src/graph/tensor";
import * as wgrad from "../../src/index";

// biome-ignore lint/suspicious/noExplicitAny: the calls are wrong on purpose.
const api = wgrad as any;
const f = (shape: number[], dtype: DType = "f32"): Tensor => feed("x", { shape, dtype });
const [rows, labels, pictures] = [f([2, 3]), f([2], "i32"), f([2, 3, 8, 8])];
const images = { images: new Uint8Array(8), labels: new Uint8Array(2), shape: [1, 2, 2], classes: 2 };
const stored = { dtype: "f32", shape: [2], values: new Float32Array(2) };
const encode = (name: unknown, tensor: unknown, metadata: unknown = {}) =>
  api.encodeSafetensors({ tensors: new Map([[name, tensor]]), metadata });
const file = encode("a", stored);
const [words, characters] = [api.wordTokenizer("a b"), api.characterTokenizer("ab")];
const bytePairs = api.trainBytePairs("a b", { size: 256 });
const beams = { step: () => [-1, -1], start: 0, end: 1, width: 1, maxLength: 2 };

const wrong: Record<string, [string, () => unknown, string][]> = {
  data: [
    ["no text", () => api.trainBytePairs(undefined, { size: 300 }), "DataError: trainBytePairs: the text is undefined"],
    ["a list for a text", () => api.wordTokenizer(["a"]), "DataError: wordTokenizer: the text is a list"],
    ["no text at all", () => api.characterTokenizer(), "DataError: characterTokenizer: the text is undefined"],
    ["a list to encode", () => words.encode(["a"]), "DataError: wordTokenizer: the text is a list"],
    ["nothing to encode", () => bytePairs.encode(), "DataError: bytePairs: the text is undefined"],
    ["a number to encode", () => characters.encode(1), "DataError: characterTokenizer: the text is 1"],
    ["a tensor to decode", () => characters.decode(labels), "DataError: characterTokenizer: ids is of type Tensor"],
    ["a number to decode", () => words.decode(1), "DataError: wordTokenizer: ids is 1"],
    ["a fraction to decode", () => bytePairs.decode([0.5]), "DataError: bytePairs: id 0.5 at 0"],
    [
      "one special token",
      () => api.characterTokenizer("a", { specials: "<a>" }),
      "DataError: characterTokenizer: specials <a>",
    ],
    [
      "a count of NaN",
      () => api.trainBytePairs("a", { size: 300, minimumCount: NaN }),
      "DataError: trainBytePairs: minimumCount NaN",
    ],
    [
      "a negative number of words",
      () => api.wordTokenizer("a b", { maximumWords: -1 }),
      "DataError: wordTokenizer: maximumWords -1",
    ],
    ["a pattern as text", () => api.wordTokenizer("a", { pattern: "." }), "DataError: wordTokenizer: the pattern is ."],
    ["a buffer for bytes", () => api.parseIdx(new ArrayBuffer(8), "a.idx"), "DataError: a.idx: the bytes are of type"],
    [
      "a list for pictures",
      () => new api.ImageDataset({ ...images, images: [300, 1, 1, 1, 1, 1, 1, 1] }),
      "DataError: ImageDataset: the bytes are a list",
    ],
    [
      "no classes",
      () => new api.ImageDataset({ ...images, classes: undefined }),
      "DataError: ImageDataset: classes undefined",
    ],
    [
      "a negative label",
      () => new api.ImageDataset({ ...images, labels: [-1, 0] }),
      "DataError: ImageDataset: label -1",
    ],
    ["no shape", () => new api.ImageDataset({ ...images, shape: 4 }), "ShapeError: ImageDataset: the shape is 4"],
    ["statistics of a list", () => api.byteStatistics([NaN]), "DataError: byteStatistics: the bytes are a list"],
    [
      "a loader of nothing",
      () => new api.Loader(undefined, { batch: 1 }),
      "DataError: Loader: dataset.count undefined",
    ],
    [
      "windows of text",
      () => new api.WindowLoader("abc", { batch: 1, length: 1 }),
      "DataError: WindowLoader: dataset.count",
    ],
    [
      "streams of nothing",
      () => new api.StreamLoader(undefined, { batch: 1, length: 1 }),
      "DataError: StreamLoader: dataset.count",
    ],
    ["no fields", () => new api.SequenceDataset(), "DataError: SequenceDataset: the fields are undefined"],
    ["one sequence", () => api.padSequences([1, 2], { length: 3 }), "DataError: padSequences: sequence 0 is 1"],
    [
      "a fraction among tokens",
      () => api.padSequences([[1, 0.5]]),
      "DataError: padSequences: token 1 of sequence 0 is",
    ],
    ["a fraction to pad with", () => api.padSequences([[1]], { pad: NaN }), "DataError: padSequences: pad is NaN"],
    ["a length of NaN", () => api.bucketByLength([1, NaN], 1), "DataError: bucketByLength: length 1 NaN"],
    ["no buckets", () => api.bucketByLength([1]), "DataError: bucketByLength: the list of bounds is undefined"],
    [
      "an epoch of NaN",
      () => api.bucketedBatches([], { batch: 1, epoch: NaN }),
      "DataError: bucketedBatches: epoch NaN",
    ],
    ["a split of nothing", () => api.splitText(), "DataError: splitText: the text is undefined"],
    ["half a column", () => api.columnStatistics([1, 2], 0.5), "DataError: columnStatistics: width 0.5"],
    [
      "no picture's shape",
      () => api.channelStatistics(new Uint8Array(4)),
      "ShapeError: channelStatistics: the shape is undefined",
    ],
    ["no statistics", () => api.standardize(rows), "ShapeError: standardize: mean is undefined"],
    [
      "no x",
      () => api.destandardize([[1]], { mean: [0], std: [1] }),
      "DTypeError: destandardize: input 0 is no tensor",
    ],
    [
      "no features",
      () => new api.TabularDataset({ width: 1, labels: [1] }),
      "DataError: TabularDataset: features is undefined",
    ],
    ["no tokens", () => new api.TokenDataset({ size: 2 }), "DataError: TokenDataset: tokens is undefined"],
    ["a number to scale by", () => api.augment(pictures, { scale: 0.1 }), "ShapeError: augment: scale 0.1"],
    ["no pictures", () => api.augment([1], { flip: 1 }), "DTypeError: augment: input 0 is no tensor"],
    ["no labels to mix", () => api.mixup(rows), "DTypeError: mixup: input 1 is no tensor"],
  ],
  io: [
    ["no tensor", () => encode("a", undefined), "CheckpointError: encodeSafetensors: a is no tensor"],
    ["a tensor of the graph", () => encode("a", rows), "CheckpointError: encodeSafetensors: a is no tensor"],
    ["a list", () => encode("a", []), "CheckpointError: encodeSafetensors: a is no tensor"],
    [
      "a list of values",
      () => encode("a", { ...stored, values: [1, 2] }),
      "CheckpointError: encodeSafetensors: a is no",
    ],
    ["too few values", () => encode("a", { ...stored, shape: [3] }), "CheckpointError: encodeSafetensors: a is no"],
    ["another dtype", () => encode("a", { ...stored, dtype: "i32" }), "CheckpointError: encodeSafetensors: a is no"],
    ["an unknown dtype", () => encode("a", { ...stored, dtype: "f64" }), "CheckpointError: encodeSafetensors: a is no"],
    ["no shape", () => encode("a", { ...stored, shape: 2 }), "CheckpointError: encodeSafetensors: a is no tensor"],
    ["a number for a name", () => encode(1, stored), "CheckpointError: encodeSafetensors: 1 is no name"],
    [
      "the header's name",
      () => encode("__metadata__", stored),
      "CheckpointError: encodeSafetensors: __metadata__ is no",
    ],
    [
      "numbers as metadata",
      () => encode("a", stored, { a: 1 }),
      "CheckpointError: encodeSafetensors: the metadata are",
    ],
    ["a buffer", () => api.decodeSafetensors(file.buffer), "CheckpointError: checkpoint: the bytes are no Uint8Array"],
    ["nothing", () => api.decodeSafetensors(), "CheckpointError: checkpoint: the bytes are no Uint8Array"],
  ],
  text: [
    ["a sentence as text", () => api.corpusBleu([["a b"]], ["a b"]), "DataError: corpusBleu: hypothesis 0 is a string"],
    [
      "one reference",
      () => api.sentenceBleu(["a", "b"], ["a", "b"]),
      "DataError: corpusBleu: a reference of hypothesis",
    ],
    ["no references", () => api.sentenceBleu(undefined, ["a"]), "DataError: corpusBleu: the list of references 0 is"],
    ["weights of NaN", () => api.corpusBleu([[["a"]]], [["a"]], { weights: [NaN] }), "ShapeError: corpusBleu: weights"],
    ["a number to compare", () => api.editDistance("a", 1), "DataError: editDistance: a sequence is 1"],
    ["texts, not lists", () => api.exactMatch("a", "a"), "DataError: exactMatch: the list of references is a string"],
  ],
  metrics: [
    ["no tensors", () => new api.ConfusionMatrix(3).add(rows), "DTypeError: ConfusionMatrix: input 1 is no tensor"],
    ["lists", () => new api.TopK(1).add([[1, 2]], [0]), "DTypeError: TopK: input 0 is no tensor"],
    ["no targets", () => new api.MultiLabelCounts(3).add(rows), "DTypeError: MultiLabelCounts: input 1 is no tensor"],
    ["no threshold", () => new api.MultiLabelCounts(3, NaN), "ShapeError: MultiLabelCounts: threshold NaN"],
    ["three counts", () => api.multiLabelOutcomes([1, 2, 3]), "ShapeError: multiLabelOutcomes: 3 counts"],
    ["no outcomes", () => api.hammingLoss(), "DataError: hammingLoss: outcomes is undefined"],
    ["no targets", () => api.rSquared([1]), "DataError: rSquared: targets is undefined"],
    ["no labels", () => api.rocAuc([1]), "DataError: rocAuc: labels is undefined"],
    ["no counts", () => api.accuracyOf(undefined, 2), "DataError: accuracyOf: counts is undefined"],
    ["no counts of the k", () => api.topKAccuracyOf([]), "ShapeError: topKAccuracyOf: 0 counts"],
    ["no outcomes to average", () => api.averageScores(undefined, "macro"), "DataError: averageScores: outcomes is"],
  ],
  train: [
    [
      "no value",
      () => new api.EarlyStopping().update(undefined, 1),
      "DataError: EarlyStopping: the value is undefined",
    ],
    [
      "no state to restore",
      () => new api.EarlyStopping().restore(),
      "ShapeError: EarlyStopping: options are undefined",
    ],
    [
      "an infinite change",
      () => new api.EarlyStopping({ minDelta: Infinity }),
      "DataError: EarlyStopping: minDelta Infinity",
    ],
    [
      "shares by name",
      () => api.trainDevTestSplit(9, { shares: {} }),
      "DataError: trainDevTestSplit: shares is of type",
    ],
    ["no losses", () => api.learningCurveReading(), "DataError: learningCurveReading: trainLoss is undefined"],
    [
      "a target as text",
      () => api.learningCurveReading([1], 1, { target: "0" }),
      "DataError: learningCurveReading: target 0",
    ],
  ],
};

describe.each(Object.entries(wrong))("src/%s", (_, cases) => {
  test.each(cases)("%s", (_name, call, message) => {
    expect(call).toThrowError(expect.objectContaining({ name: message.split(":")[0] }));
    expect(call).toThrowError(message.slice(message.indexOf(" ") + 1));
  });
});

test.each(["start", "end", "step"])("a beam search without %s", async (name) => {
  await expect(api.beamSearch({ ...beams, [name]: undefined })).rejects.toThrow(`beamSearch: ${name} undefined`);
});

test("options that would give no score, or no check", async () => {
  const engine = { runtime: {} };
  await expect(api.evaluateClassifier({ batches: 1 })).rejects.toThrow("evaluateClassifier: count undefined");
  await expect(api.gradCheck(engine, api.relu, {}, { eps: 0 })).rejects.toThrow("gradCheck: eps 0");
  await expect(api.gradCheck(engine, api.relu, {}, { tolerance: NaN })).rejects.toThrow("gradCheck: tolerance NaN");
  await expect(api.gradCheck(engine, api.relu, {}, { elements: 0.5 })).rejects.toThrow("gradCheck: elements 0.5");
});

test("a buffer is not the bytes in it, and the error says what is", () => {
  const fix = "fix: new Uint8Array(buffer)";
  expect(() => api.decodeSafetensors(file.buffer)).toThrow(fix);
  expect(() => api.byteStatistics(new ArrayBuffer(2))).toThrow(fix);
});
