// Counters within other launches: the step, and a file of it, gives the numbers of the step that launches them apart.
import { beforeAll, expect, test } from "vitest";
import { ImageDataset } from "../../src/data/dataset";
import { Loader } from "../../src/data/loader";
import type { Tensor } from "../../src/graph/tensor";
import { manualSeed } from "../../src/nn/init";
import { Dropout, Flatten, ReLU } from "../../src/nn/layers";
import { Linear } from "../../src/nn/linear";
import { Sequential } from "../../src/nn/sequential";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { Adagrad } from "../../src/optim/adagrad";
import { Adam, AdamW } from "../../src/optim/adam";
import { Adamax } from "../../src/optim/adamax";
import { ExponentialMovingAverage } from "../../src/optim/ema";
import { NAdam } from "../../src/optim/nadam";
import type { Optimizer } from "../../src/optim/optimizer";
import { RAdam } from "../../src/optim/radam";
import { Engine } from "../../src/train/engine";
import { describeOnDawn } from "../device";

type Make = (parameters: readonly Tensor[]) => Optimizer;

/** Optimizers, each with the counters that have no launch of their own: the loader's, dropout's, the optimizer's. */
const all: Record<string, readonly [counters: number, make: Make]> = {
  Adam: [3, (p) => new Adam(p, { lr: 0.01 })],
  "AdamW, clipped, with loss scaling": [3, (p) => new AdamW(p, { lr: 0.01, clipNorm: 0.5, lossScale: "dynamic" })],
  "Adam over micro-batches": [3, (p) => new Adam(p, { lr: 0.01, accumulate: 2 })],
  Adamax: [3, (p) => new Adamax(p, { lr: 0.01 })],
  NAdam: [3, (p) => new NAdam(p, { lr: 0.01 })],
  RAdam: [3, (p) => new RAdam(p, { lr: 0.01 })],
  "Adagrad with decay": [3, (p) => new Adagrad(p, { lr: 0.1, lrDecay: 0.1 })],
};

const COUNT = 96;
const images = new Uint8Array(COUNT * 64).map((_, i) => (i * i) % 251);
const labels = Uint8Array.from({ length: COUNT }, (_, i) => (i * i) % 3);

async function capture(engine: Engine, make: Make, join: boolean) {
  manualSeed(7);
  const model = new Sequential(new Flatten(), new Linear(64, 48), new ReLU(), new Dropout(0.3), new Linear(48, 3));
  const optimizer = make(model.parameters());
  const average = new ExponentialMovingAverage(model.parameters(), { decay: 0.9 });
  const dataset = new ImageDataset({ images, labels, shape: [1, 8, 8], classes: 3 });
  const loader = new Loader(dataset, { batch: 64, shuffle: true, seed: 3 });
  const step = await engine.capture(
    {},
    () => {
      const batch = loader.next();
      const loss = softmaxCrossEntropy(model.forward(batch.x), batch.labels);
      optimizer.step(loss);
      average.update();
      return { loss };
    },
    { join },
  );
  return { step, states: [...model.parameters(), average.average, average.total, loader.position] };
}

await describeOnDawn("counters within other launches", (plain) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create({ device: plain.runtime.device, tuning: false });
  });

  test.each(Object.entries(all))("%s", async (_, [counters, make]) => {
    const run = async (join: boolean) => {
      const { step, states } = await capture(engine, make, join);
      for (let i = 0; i < 12; i++) await step.run();
      const losses = (await step.drain()).map(({ values }) => values.loss);
      const { dispatches } = step.plan;
      step.dispose();
      return { losses, states: await engine.read(states), dispatches };
    };
    const [carried, apart] = [await run(true), await run(false)];
    expect(apart.dispatches.length - carried.dispatches.length).toBe(counters);
    expect(carried.losses).toEqual(apart.losses);
    expect(carried.states).toEqual(apart.states);
    expect(apart.losses.at(-1)).toBeLessThan(apart.losses[0]!);
  });

  test("a saved step", async () => {
    const { step } = await capture(engine, all.Adam![1], true);
    const other = await Engine.create({ device: engine.runtime.device, tuning: false });
    const { steps } = await other.load(await engine.save({ step }));
    for (const s of [step, steps.step!]) for (let i = 0; i < 3; i++) await s.run();
    expect(await steps.step!.read("loss")).toEqual(await step.read("loss"));
    expect(String(steps.step!.plan)).toBe(String(step.plan));
    expect(String(step.plan)).toContain(" & adam_step  ");
  });
});
