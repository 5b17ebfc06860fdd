// Modules of modules: names, shared parts, and the types of `forward`.
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createGenerator } from "../../src/graph/generator";
import { parameter, type Tensor } from "../../src/graph/tensor";
import { MultiheadAttention } from "../../src/nn/attention";
import { BatchNorm } from "../../src/nn/batchNorm";
import { Conv2d } from "../../src/nn/conv2d";
import { constant } from "../../src/nn/init";
import { Dropout, ReLU } from "../../src/nn/layers";
import { Linear } from "../../src/nn/linear";
import { Module } from "../../src/nn/module";
import { GRU } from "../../src/nn/recurrent";
import { Sequential } from "../../src/nn/sequential";
import { TransformerEncoderLayer } from "../../src/nn/transformer";
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

const p = () => parameter("p", { shape: [1], dtype: "f32" }, () => new Float32Array(1));
const statesOf = (kept: object) => Object.assign(new ReLU(), kept).namedStates();
const namesOf = (kept: object) => statesOf(kept).map(([name]) => name);
const linear = () => new Linear(2, 2, { bias: false });

test("modules and states are found in lists, objects and Maps, however deep", () => {
  expect(namesOf({ layers: [[linear()], [linear(), linear()]] })).toEqual([
    "layers.0.0.weight",
    "layers.1.0.weight",
    "layers.1.1.weight",
  ]);
  expect(namesOf({ blocks: { a: linear(), lateBlock: { b: [linear()] } } })).toEqual([
    "blocks.a.weight",
    "blocks.lateBlock.b.0.weight",
  ]);
  const map = new Map<unknown, Module>([
    ["query", linear()],
    [3, linear()],
  ]);
  expect(namesOf({ byName: map })).toEqual(["by_name.query.weight", "by_name.3.weight"]);
  expect(namesOf({ scales: [p(), p()], shifts: { a: p() }, gates: new Map([["b", [p()]]]) })).toEqual([
    "scales.0",
    "scales.1",
    "shifts.a",
    "gates.b.0",
  ]);
  expect(Object.assign(new ReLU(), { scales: [p()], layers: [[linear()]] }).parameters()).toHaveLength(2);
});

test("train and eval reach modules in lists, objects and Maps", () => {
  const [a, b, c] = [new Dropout(), new Dropout(), new Dropout()];
  const model = Object.assign(new ReLU(), { lists: [[a]], objects: { b }, maps: new Map([["c", c]]) }).eval();
  expect([a, b, c].map((l) => l.training)).toEqual([false, false, false]);
  model.train();
  expect([a, b, c].map((l) => l.training)).toEqual([true, true, true]);
});

test("what lies in itself is gone into once", () => {
  const list: unknown[] = [linear()];
  list.push(list);
  expect(namesOf({ list })).toEqual(["list.0.weight"]);
  const parent = Object.assign(new ReLU(), { scale: p(), child: Object.assign(new Dropout(), { inner: linear() }) });
  Object.assign(parent.child, { parent });
  expect(parent.namedStates().map(([name]) => name)).toEqual(["scale", "child.inner.weight"]);
  expect(parent.eval().child.training).toBe(false);
});

test("options and generators are no parts, and layers have the names that PyTorch gives them", () => {
  const generator = createGenerator(1);
  expect(namesOf({ options: { generator, kept: p() }, generator, generators: [generator] })).toEqual([]);
  const names = (m: Module<never, unknown>) => m.namedStates().map(([name]) => name);
  expect(names(new Dropout(0.5, generator))).toEqual([]);
  expect(names(new MultiheadAttention(4, 2, { generator }))).toEqual([
    "in_proj_weight",
    "in_proj_bias",
    "out_proj.weight",
    "out_proj.bias",
  ]);
  expect(names(new BatchNorm(2))).toEqual(["weight", "bias", "running_mean", "running_var"]);
  expect(names(new Conv2d(1, 1, 1, { init: constant(1) }))).toEqual(["weight", "bias"]);
  expect(names(new GRU(1, 1, { generator }))).toEqual(["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]);
  expect(names(new TransformerEncoderLayer(4, 2, { bias: false, generator }))).toEqual([
    "self_attn.in_proj_weight",
    "self_attn.out_proj.weight",
    "linear1.weight",
    "linear2.weight",
    "norm1.weight",
    "norm2.weight",
  ]);
});

test("as text: the states of a module, dtype and shape of a tensor", () => {
  const lines = ["pairs.norm.weight        f32[2]", "pairs.norm.bias          f32[2]"];
  lines.push("pairs.norm.running_mean  f32[2]", "pairs.norm.running_var   f32[2]");
  lines.push("head.weight              f32[2, 2]", "head.bias                f32[2]", "10 parameters");
  expect(String(new Network())).toBe(lines.join("\n"));
  expect(inspect({ model: new ReLU(), x: tensor([[1, 2, 3]]) })).toBe("{ model: 0 parameters, x: Tensor f32[1, 3] }");
});
