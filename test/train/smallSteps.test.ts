// Steps whose tensors are all tiny: one launch does the work of many, with the same losses.
import { beforeAll, expect, test } from "vitest";
import type { Tensor } from "../../src/graph/tensor";
import { BatchNorm } from "../../src/nn/batchNorm";
import { Conv2d } from "../../src/nn/conv2d";
import { manualSeed } from "../../src/nn/init";
import { LayerNorm } from "../../src/nn/layerNorm";
import { Dropout, Flatten, MaxPool2d, ReLU, Tanh } from "../../src/nn/layers";
import { Linear } from "../../src/nn/linear";
import type { Module } from "../../src/nn/module";
import { Sequential } from "../../src/nn/sequential";
import { mean } from "../../src/ops/mean";
import { softmax } from "../../src/ops/softmax";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { square } from "../../src/ops/square";
import { sub } from "../../src/ops/sub";
import { Adam } from "../../src/optim/adam";
import type { Optimizer } from "../../src/optim/optimizer";
import { SGD } from "../../src/optim/sgd";
import { Engine } from "../../src/train/engine";
import { describeOnDawn } from "../device";

const LABELS = Int32Array.from({ length: 8 }, (_, i) => (i * i) % 3);

interface Network {
  readonly shape: readonly number[];
  readonly model: () => Module;
  readonly optimizer: (model: Module) => Optimizer;
  readonly loss?: (out: Tensor, labels: Tensor) => Tensor;
  /** Launches of the joint step. */
  readonly launches: number;
}

const networks: Record<string, Network> = {
  "tanh and squares, by gradient descent": {
    shape: [8, 2],
    model: () => new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 8), new Tanh(), new Linear(8, 1)),
    optimizer: (m) => new SGD(m.parameters(), { lr: 0.05 }),
    loss: (out) => mean(square(sub(out, 0.3))),
    launches: 1,
  },
  "ReLU, dropout and cross-entropy, by Adam with clipping": {
    shape: [8, 5],
    model: () => new Sequential(new Linear(5, 9), new ReLU(), new Dropout(0.2), new Linear(9, 3)),
    optimizer: (m) => new Adam(m.parameters(), { lr: 0.02, clipNorm: 1 }),
    launches: 3,
  },
  "norms, by momentum": {
    shape: [8, 6],
    model: () => new Sequential(new Linear(6, 8), new BatchNorm(8), new ReLU(), new LayerNorm([8]), new Linear(8, 3)),
    optimizer: (m) => new SGD(m.parameters(), { lr: 0.05, momentum: 0.9 }),
    launches: 4,
  },
  "a convolution, by Adam": {
    shape: [8, 1, 6, 6],
    model: () => new Sequential(new Conv2d(1, 3, 3), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(12, 3)),
    optimizer: (m) => new Adam(m.parameters(), { lr: 0.01 }),
    launches: 3,
  },
};

async function capture(engine: Engine, network: Network, join: boolean) {
  manualSeed(4);
  const model = network.model();
  const optimizer = network.optimizer(model);
  const loss = network.loss ?? softmaxCrossEntropy;
  const inputs = { x: network.shape, labels: { shape: [8], dtype: "i32" as const } };
  const step = await engine.capture(
    inputs,
    ({ x, labels }) => {
      const found = loss(model.forward(x), labels);
      optimizer.step(found);
      return { loss: found };
    },
    { join },
  );
  return { step, model, optimizer };
}

async function losses(engine: Engine, network: Network, join: boolean) {
  const { step } = await capture(engine, network, join);
  const x = Float32Array.from({ length: network.shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * i));
  for (let i = 0; i < 40; i++) await step.run({ x, labels: LABELS });
  const list = (await step.drain()).map(({ values }) => values.loss);
  const { dispatches } = step.plan;
  step.dispose();
  return { list, dispatches };
}

await describeOnDawn("small steps", (plain) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create({ device: plain.runtime.device, tuning: false });
  });

  test.each(Object.entries(networks))("%s", async (_, network) => {
    const [joint, apart] = [await losses(engine, network, true), await losses(engine, network, false)];
    expect(joint.dispatches.length).toBe(network.launches);
    expect(joint.dispatches.flatMap((d) => d.joins ?? []).length).toBeGreaterThan(6);
    expect(apart.dispatches.length).toBeGreaterThan(6);
    expect(apart.list.at(-1)).toBeLessThan(0.8 * apart.list[0]!);
    for (const [i, loss] of joint.list.entries())
      expect(Math.abs(loss - apart.list[i]!)).toBeLessThan(1e-4 * Math.abs(apart.list[i]!) + 1e-6);
  });

  const small = networks["tanh and squares, by gradient descent"]!;
  const x = Float32Array.from({ length: 16 }, (_, i) => Math.cos(i));

  test("the switch, and what turns it off", async () => {
    const count = async (at: Engine, options: object) => {
      manualSeed(4);
      const model = small.model();
      const optimizer = small.optimizer(model);
      const step = await at.capture(
        { x: [8, 2] },
        ({ x }) => {
          const loss = mean(square(model.forward(x)));
          optimizer.step(loss);
          return { loss };
        },
        options,
      );
      const { length } = step.plan.dispatches;
      step.dispose();
      return length;
    };
    expect(await count(engine, {})).toBe(1);
    expect(await count(engine, { join: false })).toBeGreaterThan(6);
    expect(await count(engine, { fuse: false })).toBeGreaterThan(6);
    expect(await count(engine, { debug: true })).toBeGreaterThan(6);
    const apart = await Engine.create({ device: engine.runtime.device, tuning: false, join: false });
    expect(await count(apart, {})).toBeGreaterThan(6);
    expect(await count(apart, { join: true })).toBe(1);
  });

  test("what only reads parameters is as before, and follows them to another optimizer's buffer", async () => {
    const { step, model } = await capture(engine, small, true);
    const predict = await engine.capture({ x: [8, 2] }, ({ x }) => ({ out: softmax(model.forward(x)) }));
    expect(predict.plan.dispatches.some((d) => d.joins)).toBe(false);
    await step.run({ x, labels: LABELS });
    await predict.run({ x });
    const before = await predict.read("out");
    const later = new Adam(model.parameters().slice(0, 4), { lr: 0.1 });
    const again = await engine.capture({ x: [8, 2] }, ({ x }) => {
      const loss = mean(square(model.forward(x)));
      later.step(loss);
      return { loss };
    });
    expect(again.plan.dispatches.some((d) => d.joins)).toBe(false); // two parameters are in a buffer that it does not write
    await predict.run();
    expect(await predict.read("out")).toEqual(before);
    await expect(step.run()).rejects.toThrow("taken over by another optimizer");
    for (const s of [step, predict, again]) s.dispose();
  });

  test("a profile and a saved file have the joint launch", async () => {
    const { step } = await capture(engine, small, true);
    const times = await step.profile();
    if (times) expect(times.map(({ kernel, count }) => [kernel, count])).toEqual([["10 in one", 1]]);
    const other = await Engine.create({ device: engine.runtime.device, tuning: false });
    const { steps } = await other.load(await engine.save({ step }));
    expect(String(steps.step!.plan)).toBe(String(step.plan));
    expect(String(step.plan)).toContain(
      "\n       matmul_one+add·tanh  a=memory_0[8, 2] b=memory_1[8, 2] → out=memory_",
    );
    for (const s of [step, steps.step!]) for (let i = 0; i < 3; i++) await s.run({ x, labels: LABELS } as never);
    expect(await steps.step!.read("loss")).toEqual(await step.read("loss"));
  });
});
