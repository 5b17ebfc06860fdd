// Layers refuse what they cannot do where they are made, and what is no tensor where they are called.
import { expect, test } from "vitest";
import { feed } from "../../src/graph/tensor";
import * as wgrad from "../../src/index";

// biome-ignore lint/suspicious/noExplicitAny: the calls are wrong on purpose.
const api = wgrad as any;

const refused: [layer: string, given: unknown[], message: string][] = [
  ["Upsample", [{}], "ShapeError: Upsample: wants a size or a scale"],
  ["Upsample", [{ scale: 2, size: 4 }], "ShapeError: Upsample: wants a size or a scale"],
  ["Upsample", [{ scale: 0 }], "ShapeError: Upsample: scale 0"],
  ["Upsample", [{ scale: [2, NaN] }], "ShapeError: Upsample: scale [2, NaN]"],
  ["Upsample", [{ size: 1.5 }], "ShapeError: Upsample: size 1.5"],
  ["Upsample", [{ size: 4, mode: "cubic" }], "ShapeError: Upsample: mode cubic"],
  ["Upsample", [{ size: 4, alignCorners: true }], "ShapeError: Upsample: alignCorners is for bilinear only"],
  ["MaxPool2d", [2, { padding: 2 }], "ShapeError: MaxPool2d: padding must be at most half the kernel"],
  ["AvgPool2d", [[4, 2], { padding: 2 }], "ShapeError: AvgPool2d: padding must be at most half the kernel"],
  ["MaxPool1d", [2, { padding: 2 }], "ShapeError: MaxPool1d: padding must be at most half the kernel"],
  ["MaxPool1d", [[2, 2]], "ShapeError: MaxPool1d: kernelSize 2,2"],
  ["AvgPool1d", [3, { stride: [1, 2] }], "ShapeError: AvgPool1d: stride 1,2"],
  ["MaxPool2d", [], "ShapeError: MaxPool2d: a size is neither a number nor [height, width]"],
  ["Conv2d", [3, 4, 3, { padding: "full" }], "ShapeError: Conv2d: padding full"],
  ["Conv2d", [3, 4, 3, { padding: "same", stride: 2 }], 'ShapeError: Conv2d: padding "same" wants stride 1'],
  ["Conv1d", [3, 4, 3, { padding: "full" }], "ShapeError: Conv1d: padding full"],
  ["Conv1d", [3, 4, 3, { padding: [1, 1] }], "ShapeError: Conv1d: padding 1,1"],
  ["Conv1d", [4, 3, 3, { groups: 2 }], "ShapeError: Conv1d: 3 channels do not split into 2 groups"],
  ["Conv2d", [4, 3, 3, { groups: 2 }], "ShapeError: Conv2d: 3 channels do not split into 2 groups"],
  ["Conv2d", [3, 4, 3, { groups: 2 }], "ShapeError: Conv2d: 3 channels do not split into 2 groups"],
  ["Conv2d", [3, "4", 3], "ShapeError: Conv2d: outChannels 4"],
  ["Conv2d", [3, 4, 0], "ShapeError: Conv2d: kernelSize 0"],
  ["ConvTranspose2d", [3, 3, 3, { groups: 2 }], "ShapeError: ConvTranspose2d: 3 channels do not split into 2 groups"],
  ["ConvTranspose2d", [3, 4, 3, { outputPadding: 1 }], "ShapeError: ConvTranspose2d: outputPadding must be less"],
  ["ConvTranspose2d", [3, 4, 3, { outputPadding: -1 }], "ShapeError: ConvTranspose2d: outputPadding -1"],
  ["LeakyReLU", ["a"], "ShapeError: LeakyReLU: negativeSlope a"],
  ["LeakyReLU", [NaN], "ShapeError: LeakyReLU: negativeSlope NaN"],
  ["Linear", [2], "ShapeError: Linear: outFeatures undefined"],
  ["Linear", [2, 2, { init: "zeros" }], "ShapeError: weight: init zeros"],
  ["Embedding", [4, 2, { init: 0 }], "ShapeError: Embedding: init 0"],
  ["Embedding", [4], "ShapeError: Embedding: embeddingDim undefined"],
  ["LayerNorm", [], "ShapeError: LayerNorm: normalizedShape is undefined"],
  ["LayerNorm", [[]], "ShapeError: LayerNorm: normalizedShape []"],
  ["RMSNorm", [0], "ShapeError: RMSNorm: normalizedShape 0"],
  ["LayerNorm", [4, { eps: null }], "ShapeError: LayerNorm: eps null"],
  ["BatchNorm", [4, { eps: Infinity }], "ShapeError: BatchNorm: eps Infinity"],
  ["BatchNorm", [4, { momentum: "" }], "ShapeError: BatchNorm: momentum"],
  ["BatchNorm", [0.5], "ShapeError: BatchNorm: numFeatures 0.5"],
  ["Dropout", ["0.5"], "ShapeError: Dropout: probability 0.5"],
  ["Dropout", [0.5, 3], "ShapeError: Dropout: what is given is no generator"],
  ["LSTM", [3, 4, { generator: 3 }], "ShapeError: LSTM: what is given is no generator"],
  ["RNN", [3, 4, { nonlinearity: "gelu" }], "ShapeError: RNN: nonlinearity gelu"],
  ["MultiheadAttention", [3, 0.5], "ShapeError: MultiheadAttention: numHeads 0.5"],
  ["MultiheadAttention", [4, 2, { generator: 3 }], "ShapeError: MultiheadAttention: what is given is no generator"],
  ["AdditiveAttention", [4, 4], "ShapeError: AdditiveAttention: hiddenDim undefined"],
  ["LearnedPositions", [4], "ShapeError: LearnedPositions: dim undefined"],
  ["TransformerEncoderLayer", [4, 2, { dimFeedforward: 0.5 }], "ShapeError: TransformerEncoderLayer: dimFeedforward"],
  ["TransformerEncoderLayer", [4, 2, { layerNormEps: 0 }], "ShapeError: TransformerEncoderLayer: eps 0"],
];

test.each(refused)("new %s(...%j)", (layer, given, message) => {
  const make = () => new api[layer](...given);
  expect(make).toThrowError(expect.objectContaining({ name: message.split(":")[0] }));
  expect(make).toThrowError(message.slice(message.indexOf(" ") + 1));
});

const initializers: [string, () => unknown, string][] = [
  ["constant", () => api.init.constant(), "constant: value undefined"],
  ["uniform", () => api.init.uniform("0", 1), "uniform: no range"],
  ["truncatedNormal, std 0", () => api.init.truncatedNormal({ std: 0 }), "truncatedNormal: no distribution"],
  ["truncatedNormal, a above b", () => api.init.truncatedNormal({ a: 3 }), "truncatedNormal: no distribution"],
  ["orthogonal", () => api.init.orthogonal({ gain: "2" }), "orthogonal: gain 2"],
  ["gainOf", () => api.init.gainOf("leakyRelu", NaN), "gainOf: negativeSlope NaN"],
  ["fansOf", () => api.init.fansOf(), "fansOf: the shape is undefined"],
];

test.each(initializers)("the initialiser %s", (_, make, message) => {
  expect(make).toThrow(wgrad.ShapeError);
  expect(make).toThrow(message);
});

test("layers say what is no tensor", () => {
  const layers = {
    Linear: new api.Linear(3, 4),
    Conv1d: new api.Conv1d(3, 4, 3),
    Conv2d: new api.Conv2d(3, 4, 3),
    ConvTranspose2d: new api.ConvTranspose2d(3, 4, 3),
    BatchNorm: new api.BatchNorm(3),
    GroupNorm: new api.GroupNorm(1, 3),
    InstanceNorm2d: new api.InstanceNorm2d(3),
    LayerNorm: new api.LayerNorm(3),
    RMSNorm: new api.RMSNorm(3),
    Embedding: new api.Embedding(3, 4),
    avgPool1d: new api.AvgPool1d(2),
    maxPool1d: new api.MaxPool1d(2),
    adaptiveAvgPool2d: new api.AdaptiveAvgPool2d(2),
    adaptiveMaxPool2d: new api.AdaptiveMaxPool2d(2),
    upsample2d: new api.Upsample({ scale: 2 }),
    flatten: new api.Flatten(),
    LSTM: new api.LSTM(3, 4),
    MultiheadAttention: new api.MultiheadAttention(4, 2),
    AdditiveAttention: new api.AdditiveAttention(4, 4, 4),
    SinusoidalPositions: new api.SinusoidalPositions(),
    LearnedPositions: new api.LearnedPositions(3, 4),
    Sequential: new api.Sequential(new api.Linear(3, 4)),
  };
  for (const [name, layer] of Object.entries(layers))
    for (const x of [undefined, [[1, 2, 3]], new Float32Array(3)]) {
      expect(() => layer.forward(x)).toThrow(wgrad.DTypeError);
      expect(() => layer.forward(x)).toThrow(`${name}: input 0 is no tensor`);
    }
  const x = feed("x", { shape: [2, 3, 4], dtype: "f32" });
  expect(() => layers.MultiheadAttention.attend(x, x)).toThrow("MultiheadAttention: input 2 is no tensor");
  const sequences = feed("x", { shape: [2, 1, 3], dtype: "f32" });
  expect(() => layers.LSTM.run(sequences, { lengths: 2 })).toThrow("lstm: input 1 is no tensor");
});
