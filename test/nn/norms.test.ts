// What normalising layers begin with, and that they pass on what is added to the variance.
import { expect, test } from "vitest";
import { BatchNorm } from "../../src/nn/batchNorm";
import { GroupNorm, InstanceNorm2d } from "../../src/nn/groupNorm";
import { LayerNorm, RMSNorm } from "../../src/nn/layerNorm";
import type { Module } from "../../src/nn/module";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

const affine = { weight: 1, bias: 0 };

/** Layers that take −1 and 1 in their input to be what is normalised together. */
const cases: [
  name: string,
  layer: (options: { eps?: number }) => Module,
  x: number[],
  states: Record<string, number>,
][] = [
  ["BatchNorm", (o) => new BatchNorm(1, o), [2, 1], { ...affine, running_mean: 0, running_var: 1 }],
  ["LayerNorm", (o) => new LayerNorm(2, o), [1, 2], affine],
  ["LayerNorm without bias", (o) => new LayerNorm(2, { ...o, bias: false }), [1, 2], { weight: 1 }],
  ["RMSNorm", (o) => new RMSNorm(2, o), [1, 2], { weight: 1 }],
  ["GroupNorm", (o) => new GroupNorm(1, 2, o), [1, 2], affine],
  ["GroupNorm, not affine", (o) => new GroupNorm(1, 2, { ...o, affine: false }), [1, 2], {}],
  ["InstanceNorm2d", (o) => new InstanceNorm2d(1, o), [1, 1, 1, 2], {}],
  ["InstanceNorm2d, affine", (o) => new InstanceNorm2d(1, { ...o, affine: true }), [1, 1, 1, 2], affine],
];

await describeOnDawn("norms", (engine) => {
  test.each(cases)("%s", async (_, layer, shape, states) => {
    const made = layer({ eps: 3 });
    const begun = await Promise.all(made.namedStates().map(async ([name, t]) => [name, [...(await engine.read(t))]]));
    const size = (name: string) => made.namedStates().find(([n]) => n === name)?.[1].size;
    const expected = Object.entries(states).map(([name, value]) => [name, Array(size(name)).fill(value)]);
    expect(Object.fromEntries(begun)).toEqual(Object.fromEntries(expected));
    const x = tensor([-1, 1], shape);
    expect([...(await engine.read(made.forward(x)))]).toEqual([-0.5, 0.5]);
    const [least] = await engine.read(layer({}).forward(x));
    expect(least).toBeCloseTo(-1, 4);
  });
});
