// Names and layouts of the vision layers' states are PyTorch's, and their results have its shapes.
import { expect, test } from "vitest";
import { feed, type Tensor } from "../../src/graph/tensor";
import { Conv1d } from "../../src/nn/conv1d";
import { Conv2d } from "../../src/nn/conv2d";
import { ConvTranspose1d } from "../../src/nn/convTranspose1d";
import { ConvTranspose2d } from "../../src/nn/convTranspose2d";
import { GroupNorm, InstanceNorm2d } from "../../src/nn/groupNorm";
import { constant } from "../../src/nn/init";
import {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  AvgPool1d,
  Dropout2d,
  ELU,
  LeakyReLU,
  MaxPool1d,
  SELU,
  Sigmoid,
  SiLU,
  Tanh,
  Upsample,
} from "../../src/nn/layers";
import type { Module } from "../../src/nn/module";

const layers: [Module, number[], Record<string, number[]>, number[]][] = [
  [new Conv1d(4, 6, 3, { groups: 2, padding: 1 }), [2, 4, 9], { weight: [6, 2, 3], bias: [6] }, [2, 6, 9]],
  [new Conv1d(4, 6, 3, { bias: false }), [2, 4, 9], { weight: [6, 4, 3] }, [2, 6, 7]],
  [
    new ConvTranspose1d(4, 6, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
    [2, 4, 5],
    { weight: [4, 3, 3], bias: [6] },
    [2, 6, 10],
  ],
  [new ConvTranspose1d(4, 6, 3, { bias: false }), [2, 4, 5], { weight: [4, 6, 3] }, [2, 6, 7]],
  [
    new ConvTranspose2d(4, 6, [2, 3], { stride: 2, groups: 2 }),
    [1, 4, 5, 5],
    { weight: [4, 3, 2, 3], bias: [6] },
    [1, 6, 10, 11],
  ],
  [new ConvTranspose2d(4, 6, 2, { bias: false }), [1, 4, 5, 5], { weight: [4, 6, 2, 2] }, [1, 6, 6, 6]],
  [new GroupNorm(2, 4), [2, 4, 3, 3], { weight: [4], bias: [4] }, [2, 4, 3, 3]],
  [new GroupNorm(2, 4, { affine: false }), [2, 4, 3, 3], {}, [2, 4, 3, 3]],
  [new InstanceNorm2d(4), [2, 4, 3, 3], {}, [2, 4, 3, 3]],
  [new InstanceNorm2d(4, { affine: true }), [2, 4, 3, 3], { weight: [4], bias: [4] }, [2, 4, 3, 3]],
  [new AdaptiveAvgPool2d([1, 2]), [2, 4, 3, 5], {}, [2, 4, 1, 2]],
  [new AdaptiveMaxPool2d(2), [2, 4, 3, 5], {}, [2, 4, 2, 2]],
  [new MaxPool1d(2), [2, 4, 9], {}, [2, 4, 4]],
  [new AvgPool1d(3, { stride: 1, padding: 1 }), [2, 4, 9], {}, [2, 4, 9]],
  [new Upsample({ scale: 2, mode: "bilinear" }), [2, 4, 3, 5], {}, [2, 4, 6, 10]],
  [new LeakyReLU(0.2), [3], {}, [3]],
  [new ELU(0.5), [3], {}, [3]],
  [new SELU(), [3], {}, [3]],
  [new SiLU(), [3], {}, [3]],
  [new Dropout2d(0.2), [2, 4, 3, 5], {}, [2, 4, 3, 5]],
  [new Sigmoid(), [3], {}, [3]],
  [new Tanh(), [3], {}, [3]],
];

test.each(layers.map((l) => [l[0].constructor.name, ...l] as const))("%s", (_, layer, input, states, output) => {
  expect(Object.fromEntries(layer.namedStates().map(([name, t]) => [name, t.shape]))).toEqual(states);
  expect(layer.parameters().length).toBe(Object.keys(states).length);
  expect(layer.forward(feed("x", { shape: input, dtype: "f32" })).shape).toEqual(output);
});

test.each([Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d])("first values of %o", (Layer) => {
  const { weight, bias } = new Layer(2, 3, 1, { init: constant(2), biasInit: constant(-4) });
  const first = ({ leaf }: Tensor) => leaf?.kind === "state" && [...leaf.initial!()];
  expect([first(weight), first(bias!)]).toEqual([Array(6).fill(2), Array(3).fill(-4)]);
});
