// What layers say in their own names to what they were not made for.
import { expect, test } from "vitest";
import type { DType } from "../../src/core/dtype";
import * as w from "../../src/index";

const x = (shape: number[], dtype: DType = "f32") => w.state("x", { shape, dtype });

test("a layer names itself, its sizes and what it was given", () => {
  expect(() => new w.Linear(100, 10).forward(x([8, 144]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: Linear: wants x [.., inFeatures]
      x: [8, 144]
      inFeatures: 100]
  `);
  const attention = new w.MultiheadAttention(8, 2);
  const additive = new w.AdditiveAttention(8, 4, 6);
  const refused: [string, () => unknown][] = [
    ["Linear: wants x [.., inFeatures]\n  x: []\n  inFeatures: 1", () => new w.Linear(1, 2).forward(x([]))],
    [
      "Conv1d: wants x [N, inChannels, L]\n  x: [2, 4]\n  inChannels: 4",
      () => new w.Conv1d(4, 2, 3).forward(x([2, 4])),
    ],
    ["Conv2d: wants x [N, inChannels, H, W]", () => new w.Conv2d(3, 2, 3).forward(x([2, 4, 9, 9]))],
    ["ConvTranspose1d: wants x [N, inChannels, L]", () => new w.ConvTranspose1d(3, 2, 3).forward(x([2, 4, 9]))],
    ["ConvTranspose2d: wants x [N, inChannels, H, W]", () => new w.ConvTranspose2d(3, 2, 3).forward(x([3, 9, 9]))],
    [
      "BatchNorm: wants x [N, numFeatures, …]\n  x: [2, 4]\n  numFeatures: 3",
      () => new w.BatchNorm(3).forward(x([2, 4])),
    ],
    ["GroupNorm: wants x [N, numChannels, …]", () => new w.GroupNorm(2, 4).forward(x([2, 6, 5]))],
    ["InstanceNorm2d: wants x [N, numFeatures, H, W]", () => new w.InstanceNorm2d(4).forward(x([2, 6, 5, 5]))],
    [
      "LayerNorm: wants x [.., …normalizedShape]\n  x: [2, 5]\n  normalizedShape: [2, 4]",
      () => new w.LayerNorm([2, 4]).forward(x([2, 5])),
    ],
    ["RMSNorm: wants x [.., …normalizedShape]", () => new w.RMSNorm(4).forward(x([2, 5]))],
    ["Embedding: indices of dtype f32\n  wants: i32 or u32", () => new w.Embedding(4, 2).forward(x([2]))],
    ["RNN: wants x [T, N, inputSize]\n  x: [5, 1, 4]\n  inputSize: 3", () => new w.RNN(3, 2).forward(x([5, 1, 4]))],
    ["GRU: wants x [N, T, inputSize]", () => new w.GRU(3, 2, { batchFirst: true }).forward(x([5, 3]))],
    ["LSTM: wants x [T, N, inputSize]", () => new w.LSTM(3, 2).run(x([5, 1, 4]))],
    ["MultiheadAttention: wants x [B, T, embedDim]", () => attention.forward(x([1, 3, 6]))],
    ["MultiheadAttention: wants x [B, T, embedDim]", () => attention.attend(x([1, 3, 8]), x([1, 3, 6]), x([1, 3, 6]))],
    [
      "AdditiveAttention: wants query [B, Tq, queryDim]\n  query: [1, 3, 4]",
      () => additive.attend(x([1, 3, 4]), x([1, 3, 4])),
    ],
    [
      "AdditiveAttention: wants keys [B, Tk, keyDim]\n  keys: [1, 3, 8]",
      () => additive.attend(x([1, 3, 8]), x([1, 3, 8])),
    ],
  ];
  for (const [message, call] of refused) {
    expect(call).toThrow(message);
    expect(call).toThrow(message.startsWith("Embedding") ? w.DTypeError : w.ShapeError);
  }
});

test("the fix is named where it is certain", () => {
  expect(() => new w.Linear(144, 10).forward(x([8, 1, 12, 12]))).toThrow("fix: put Flatten before it: flatten(x)");
  expect(() => new w.Linear(100, 10).forward(x([8, 1, 12, 12]))).not.toThrow("fix");
  expect(() => new w.Conv2d(3, 2, 3).forward(x([2, 9, 9, 3]))).toThrow(
    "fix: put channels first: permute(x, [0, 3, 1, 2])",
  );
});

test("a layer that draws wants a generator, not a seed", () => {
  expect(() => new w.Dropout(0.5, { seed: 3 } as unknown as w.Generator)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: Dropout: what is given is no generator
      fix: createGenerator(seed)]
  `);
  expect(() => w.uniform([2], { generator: 3 as unknown as w.Generator })).toThrow(/no generator/);
});

test("layers take all shapes that they can", () => {
  expect(new w.Linear(4, 2).forward(x([4])).shape).toEqual([2]);
  expect(new w.Linear(4, 2).forward(x([5, 3, 4])).shape).toEqual([5, 3, 2]);
  expect(new w.BatchNorm(3).forward(x([2, 3, 7])).shape).toEqual([2, 3, 7]);
  expect(new w.LayerNorm([3, 4]).forward(x([2, 3, 4])).shape).toEqual([2, 3, 4]);
});
