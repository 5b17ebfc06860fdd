// Modules of modules: names, shared parts, and the types of `forward`.
import { expect, test } from "vitest";
import type { Tensor } from "../../src/graph/tensor";
import { BatchNorm } from "../../src/nn/batchNorm";
import { Linear } from "../../src/nn/linear";
import { Module } from "../../src/nn/module";
import { Sequential } from "../../src/nn/sequential";
import { add } from "../../src/ops/add";
import { SGD } from "../../src/optim/sgd";
import { tensor } from "../../src/train/tensor";

class Pairs extends Module<[x: Tensor, y: Tensor], readonly [Tensor, Tensor]> {
  readonly norm = new BatchNorm(2);
  override forward(x: Tensor, y: Tensor): readonly [Tensor, Tensor] {
    return [add(x, y), x];
  }
}

class Network extends Module {
  readonly pairs = new Pairs();
  readonly head = new Linear(2, 2);
  override forward(x: Tensor): Tensor {
    return this.head.forward(this.pairs.forward(x, x)[0]);
  }
}

test("a shared layer's parameters are named once, by its first name, and its states by all", () => {
  const tied = new Linear(2, 2);
  const model = new Sequential(new Linear(2, 2), tied, tied);
  expect(model.namedParameters().map(([name]) => name)).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
  expect(model.parameters()).toEqual([...model.layers.slice(0, 2)].flatMap((l) => (l as Linear).parameters()));
  expect(model.namedStates().map(([name]) => name)).toContain("2.weight");
  expect(new SGD(model.parameters()).parameters).toHaveLength(4);
});

test("a module may take two tensors and give two, and still is part of another", () => {
  const network = new Network();
  expect(network.forward(tensor([1, 2], [1, 2])).shape).toEqual([1, 2]);
  expect(network.namedStates().map(([name]) => name)).toContain("pairs.norm.running_mean");
  expect(network.eval().pairs.norm.training).toBe(false);
  // @ts-expect-error of two tensors, one is missing
  expect(() => network.pairs.forward(tensor([1, 2]))).toThrow();
  // @ts-expect-error what takes two tensors is no part of a chain
  expect(new Sequential(new Pairs()).layers).toHaveLength(1);
});
