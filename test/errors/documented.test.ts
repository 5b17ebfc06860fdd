// What docstrings promise to refuse, where it is easily forgotten: arguments that JavaScript lets one leave out or mix up.
import { describe, expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import { feed, type Tensor } from "../../src/graph/tensor";
import * as wgrad from "../../src/index";

const f = (shape: number[], dtype: DType = "f32"): Tensor => feed("x", { shape, dtype });
/** The public API as JavaScript sees it: without types. */
// biome-ignore lint/suspicious/noExplicitAny: the calls are wrong on purpose.
const api = wgrad as any;
const [x, v, p] = [f([2, 3]), f([5]), f([2, 3, 8, 8])];
const [kernel, labels] = [f([4, 3, 3, 3]), f([2], "i32")];
const cache = () => api.createKeyValueCache(1, 4, 4);

describe("a clear error instead of a silent answer", () => {
  const wrong: [string, () => unknown, string][] = [
    ["topK without k", () => api.topK(x), "ShapeError: topK: wants k from 1 to 3, not undefined"],
    ["full without a value", () => api.full([2]), "DTypeError: full: the value is undefined"],
    ["a cache of nothing", () => api.createKeyValueCache(0, 4, 4), "ShapeError: createKeyValueCache: every dimension"],
    ["a cache without sizes", () => api.createKeyValueCache(), "ShapeError: createKeyValueCache: every dimension"],
    ["heads below 0", () => api.attendCached(f([1, 1, 12]), cache(), { heads: -1 }), "ShapeError: attendCached: wants"],
    ["the same", () => api.multiHeadAttention([f([2, 3, 12])], { heads: -1 }), "ShapeError: multiHeadAttention: wants"],
    ["the same of a layer", () => new api.MultiheadAttention(4, -2), "ShapeError: MultiheadAttention: numHeads -2"],
    ["a state of nothing", () => api.state("a", { shape: [0], dtype: "f32" }), "ShapeError: state: every dimension"],
    ["no positions", () => api.sinusoidalPositions(0, 4), "ShapeError: sinusoidalPositions: every dimension"],
    ["statistics of nothing", () => api.byteStatistics(new Uint8Array(0)), "DataError: byteStatistics: no bytes"],
    ["a plateau of no rate", () => new api.ReduceOnPlateau(), "DataError: ReduceOnPlateau: lr undefined"],
    ["a fraction as a seed", () => api.manualSeed(0.5), "DataError: manualSeed: seed 0.5"],
    ["the same of a generator", () => api.createGenerator(0.5), "DataError: createGenerator: seed 0.5"],
    ["einsum of nothing", () => api.einsum(), "ShapeError: einsum: takes an equation"],
    ["einsum of a list", () => api.einsum("ij,jk->ik", [x, x]), "DTypeError: einsum: input 0 is no tensor"],
    ["rows of values without borders", () => api.searchSorted(x, f([3, 3])), "ShapeError: searchSorted: wants one row"],
    ["values that are no rows", () => api.searchSorted(x, f([2])), "ShapeError: searchSorted: wants one row"],
    ["integers among floats", () => api.searchSorted(v, labels), "DTypeError: searchSorted: dtypes differ"],
    ["a slice of no range", () => api.slice(x, 1), "ShapeError: slice: no range is given"],
    ["a slice without an axis", () => api.slice(x), "ShapeError: slice: axis undefined"],
    ["a warp without a placement", () => api.warp(p), "DTypeError: warp: input 1 is no tensor"],
    ["no cache", () => api.attendCached(f([1, 1, 12]), undefined, { heads: 1 }), "DTypeError: attendCached: input 1"],
    ["noDecay of a list", () => api.noDecay([x]), "CaptureError: noDecay: takes a module"],
    ["recompute of a tensor", () => api.recompute(x), "CaptureError: recompute: takes a function"],
    ["channels that drop twice", () => new api.Dropout2d(2), "ShapeError: Dropout2d: probability 2"],
    ["channels of rows", () => new api.Dropout2d().forward(x), "ShapeError: Dropout2d: wants x [N, C, H, W]"],
    ["a unit without end", () => new api.ELU(Infinity), "ShapeError: ELU: alpha Infinity"],
    ["a layer that drops twice", () => new api.Dropout(2), "ShapeError: Dropout: probability 2"],
    ["groups that leave a rest", () => new api.GroupNorm(2, 3), "ShapeError: GroupNorm: 3 channels do not split"],
    [
      "bytes of no rows",
      () => api.takeBytes(f([8], "u32"), f([2], "u32"), {}),
      "ShapeError: takeBytes: rows undefined",
    ],
    ["windows in no order", () => api.takeWindows(f([8], "i32"), f([2], "u32"), {}), "ShapeError: takeWindows: order"],
    ["a file of nothing", () => api.encodeSafetensors(), "CheckpointError: encodeSafetensors: the tensors are no Map"],
    ["a file of no tensors", () => api.encodeSafetensors({}), "CheckpointError: encodeSafetensors: the tensors are no"],
    ["new MaxPool2d(0)", () => new api.MaxPool2d(0), "ShapeError: MaxPool2d: kernelSize 0"],
    ["new AvgPool2d(1.5)", () => new api.AvgPool2d(1.5), "ShapeError: AvgPool2d: kernelSize 1.5"],
    [
      "new MaxPool1d(2, { padding: -1 })",
      () => new api.MaxPool1d(2, { padding: -1 }),
      "ShapeError: MaxPool1d: padding -1",
    ],
    ["new AvgPool1d(2, { stride: 0 })", () => new api.AvgPool1d(2, { stride: 0 }), "ShapeError: AvgPool1d: stride 0"],
    ["new AdaptiveAvgPool2d(0)", () => new api.AdaptiveAvgPool2d(0), "ShapeError: AdaptiveAvgPool2d: outputSize 0"],
    ["new AdaptiveMaxPool2d()", () => new api.AdaptiveMaxPool2d(), "ShapeError: AdaptiveMaxPool2d: a size is neither"],
    ["new BatchNorm(3, { eps: 0 })", () => new api.BatchNorm(3, { eps: 0 }), "ShapeError: BatchNorm: eps 0"],
    [
      "new BatchNorm(3, { momentum: 2 })",
      () => new api.BatchNorm(3, { momentum: 2 }),
      "ShapeError: BatchNorm: momentum 2",
    ],
    ["new LayerNorm(3, { eps: 0 })", () => new api.LayerNorm(3, { eps: 0 }), "ShapeError: LayerNorm: eps 0"],
    ["new RMSNorm(3, { eps: 0 })", () => new api.RMSNorm(3, { eps: 0 }), "ShapeError: RMSNorm: eps 0"],
    ["new GroupNorm(1, 3, { eps: 0 })", () => new api.GroupNorm(1, 3, { eps: 0 }), "ShapeError: GroupNorm: eps 0"],
    ["new InstanceNorm2d(0)", () => new api.InstanceNorm2d(0), "ShapeError: InstanceNorm2d: channels 0"],
    [
      "new Conv1d(3, 4, 3, { stride: 0.5 })",
      () => new api.Conv1d(3, 4, 3, { stride: 0.5 }),
      "ShapeError: Conv1d: stride 0.5",
    ],
    [
      "new Conv2d(3, 4, 3, { dilation: 0 })",
      () => new api.Conv2d(3, 4, 3, { dilation: 0 }),
      "ShapeError: Conv2d: dilation 0",
    ],
    [
      "new Conv2d(3, 4, 3, { padding: -1 })",
      () => new api.Conv2d(3, 4, 3, { padding: -1 }),
      "ShapeError: Conv2d: padding -1",
    ],
    [
      "new ConvTranspose2d(3, 4, 3, { stride: 0 })",
      () => new api.ConvTranspose2d(3, 4, 3, { stride: 0 }),
      "ShapeError: ConvTranspose2d: stride 0",
    ],
    [
      "new MultiheadAttention(4, 2, { dropout: 2 })",
      () => new api.MultiheadAttention(4, 2, { dropout: 2 }),
      "ShapeError: MultiheadAttention: probability 2",
    ],
    [
      "new TransformerEncoderLayer(4, 2, { dropout: -1 })",
      () => new api.TransformerEncoderLayer(4, 2, { dropout: -1 }),
      "ShapeError: TransformerEncoderLayer: probability -1",
    ],
    [
      "new Embedding(4, 2, { paddingIndex: 4 })",
      () => new api.Embedding(4, 2, { paddingIndex: 4 }),
      "ShapeError: Embedding: paddingIndex 4",
    ],
    ["the same of a split", () => api.trainDevTestSplit(9, { seed: 0.5 }), "DataError: trainDevTestSplit: seed 0.5"],
  ];
  test.each(wrong)("%s", (_, call, message) => {
    expect(call).toThrowError(expect.objectContaining({ name: message.split(":")[0] }));
    expect(call).toThrowError(message.slice(message.indexOf(" ") + 1));
  });
});

describe("the engine's error instead of JavaScript's", () => {
  const wrong: [string, () => unknown, string][] = [
    ["too many numbers", () => api.arange(1e12), "DataError: arange: no number, or too many"],
    ["split without sizes", () => api.split(x), "ShapeError: split: sizes is undefined"],
    ["options in place of the bias", () => api.conv2d(p, kernel, { stride: 2 }), "DTypeError: conv2d: the bias is no"],
    ["the same of sequences", () => api.conv1d(f([2, 3, 9]), f([4, 3, 2]), {}), "DTypeError: conv1d: the bias is no"],
    [
      "the same, transposed",
      () => api.convTranspose1d(f([2, 3, 9]), f([3, 4, 2]), { stride: 2 }),
      "DTypeError: convTranspose1d: the bias is no",
    ],
    ["a convolution by nothing", () => api.conv2d(p), "DTypeError: conv2d: input 1 is no tensor"],
    ["options in place of sizes", () => api.layerNorm(x, { eps: 1 }), "ShapeError: layerNorm: normalizedShape is"],
    [
      "no running statistics",
      () => api.batchNorm(p, f([3]), f([3]), { training: true }),
      "ShapeError: batchNorm: runningMean undefined",
    ],
    ["a dtype in place of the shape", () => api.tensor([1], "i32"), "ShapeError: tensor: the shape is i32"],
    ["nothing for a tensor", () => api.tensor(), "DTypeError: tensor: the values are undefined"],
    ["a number for a tensor", () => api.tensor(1), "DTypeError: tensor: the values are 1"],
    ["no labels", () => api.softmaxCrossEntropy(x), "DTypeError: softmaxCrossEntropy: input 1 is no tensor"],
    ["the same", () => api.nllLoss(x), "DTypeError: nllLoss: input 1 is no tensor"],
    ["no target", () => api.mseLoss(x), "DTypeError: mseLoss: input 1 is no tensor"],
    [
      "a number as a factor",
      () => api.bceWithLogits(x, x, { posWeight: 2 }),
      "DTypeError: bceWithLogits: posWeight is",
    ],
    [
      "weights that are no tensor",
      () => api.softmaxCrossEntropy(x, labels, { weight: [1, 1, 1] }),
      "DTypeError: softmaxCrossEntropy: input 2 is no tensor",
    ],
    ["no values", () => api.scaledDotProductAttention(p, p), "DTypeError: scaledDotProductAttention: input 2 is no"],
    ["no projections", () => api.multiHeadAttention([], { heads: 2 }), "DTypeError: multiHeadAttention: input 0 is no"],
    [
      "one, not in a list",
      () => api.multiHeadAttention(p, { heads: 2 }),
      "ShapeError: multiHeadAttention: projections",
    ],
    ["other names of weights", () => api.lstm(f([5, 2, 3]), [{ weight_ih: v }]), "ShapeError: lstm: weights[0] lacks"],
    ["text for a number", () => api.sampleTokens(x, { topP: "1" }), "DTypeError: sampleTokens: topP 1 is no number"],
    ["no logits", () => api.sampleTokens(), "DTypeError: sampleTokens: input 0 is no tensor"],
    ["no loss", () => api.gradients(undefined, [x]), "DTypeError: gradients: input 0 is no tensor"],
    ["no parameter", () => api.gradients(api.sum(x), [undefined]), "DTypeError: gradients: input 1 is no tensor"],
    ["a rate below 0", () => api.constantSchedule(-0.1), "DataError: constantSchedule: lr -0.1"],
    [
      "a last rate below 0",
      () => api.linearSchedule(1, { steps: 9, final: -1 }),
      "DataError: linearSchedule: final -1",
    ],
    ["a tensor, not in a list", () => api.gradients(api.sum(x), x), "ShapeError: gradients: wrt is a tensor f32[2, 3]"],
  ];
  test.each(wrong)("%s", (_, call, message) => {
    expect(call).toThrowError(expect.objectContaining({ name: message.split(":")[0] }));
    expect(call).toThrowError(message.slice(message.indexOf(" ") + 1));
  });
});

test("bytes that are all equal are standardised to 0, not divided by 0", () => {
  expect(wgrad.byteStatistics(Uint8Array.of(51, 51))).toEqual({ mean: 0.2, std: 1 });
});
