// A run that is stopped, saved and resumed goes on exactly as if it had never stopped.
import { expect, test } from "vitest";
import { CheckpointError } from "../../src/core/errors";
import { ImageDataset } from "../../src/data/dataset";
import { Loader } from "../../src/data/loader";
import { createGenerator } from "../../src/graph/generator";
import { decodeSafetensors } from "../../src/io/safetensors";
import { BatchNorm } from "../../src/nn/batchNorm";
import { Conv2d } from "../../src/nn/conv2d";
import { manualSeed } from "../../src/nn/init";
import { Dropout, Flatten, ReLU } from "../../src/nn/layers";
import { Linear } from "../../src/nn/linear";
import { Sequential } from "../../src/nn/sequential";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { Adam } from "../../src/optim/adam";
import { loadCheckpoint, saveCheckpoint } from "../../src/train/checkpoint";
import type { Engine } from "../../src/train/engine";
import { describeOnDawn } from "../device";

const COUNT = 50;
const images = Uint8Array.from({ length: COUNT * 36 }, (_, i) => (i * 2654435761) >>> 24);
const labels = Uint8Array.from({ length: COUNT }, (_, i) => i % 4);

async function newRun(engine: Engine, hidden = 12) {
  manualSeed(11);
  const generator = createGenerator(5);
  const model = new Sequential(
    new Conv2d(1, 3, 3, { padding: 1 }),
    new BatchNorm(3),
    new ReLU(),
    new Flatten(),
    new Dropout(0.3, generator),
    new Linear(108, hidden),
    new ReLU(),
    new Linear(hidden, 4),
  );
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const dataset = new ImageDataset({ images, labels, shape: [1, 6, 6], classes: 4, mean: 0.5, std: 0.3 });
  const loader = new Loader(dataset, { batch: 8, shuffle: true, seed: 9 });
  const step = await engine.capture({}, () => {
    const batch = loader.next();
    const loss = softmaxCrossEntropy(model.forward(batch.x), batch.labels);
    optimizer.step(loss);
    return { loss };
  });
  const states = { model, optimizer, states: { loader: loader.position, generator: generator.state } };
  const train = async (steps: number) => {
    for (let i = 0; i < steps; i++) await step.run();
    return (await step.drain()).map((s) => s.values.loss);
  };
  return { states, train };
}

await describeOnDawn("checkpoints", (engine) => {
  test("resumed = never stopped, bit for bit", async () => {
    const whole = await newRun(engine);
    const losses = await whole.train(30);

    const first = await newRun(engine);
    expect(await first.train(13)).toEqual(losses.slice(0, 13));
    const bytes = await saveCheckpoint(engine, first.states, { step: "13" });

    const second = await newRun(engine);
    expect(loadCheckpoint(engine, bytes, second.states)).toEqual({ step: "13" });
    expect(await second.train(17)).toEqual(losses.slice(13));
  });

  test("names and layout are PyTorch's", async () => {
    const { states } = await newRun(engine);
    const { tensors } = decodeSafetensors(await saveCheckpoint(engine, states));
    const model = [...tensors].filter(([name]) => /^\d/.test(name)).map(([name, t]) => [name, t.shape]);
    expect(model).toEqual([
      ["0.weight", [3, 1, 3, 3]],
      ["0.bias", [3]],
      ["1.weight", [3]],
      ["1.bias", [3]],
      ["1.running_mean", [3]],
      ["1.running_var", [3]],
      ["5.weight", [12, 108]],
      ["5.bias", [12]],
      ["7.weight", [4, 12]],
      ["7.bias", [4]],
    ]);
    expect([...tensors.keys()]).toContain("optimizer.exp_avg_sq.5.weight");
  });

  test("a checkpoint of another model is refused and nothing is written", async () => {
    const other = await newRun(engine, 7);
    const bytes = await saveCheckpoint(engine, other.states);
    const run = await newRun(engine);
    const before = await engine.read(run.states.model.parameters());
    expect(() => loadCheckpoint(engine, bytes, run.states, "other.safetensors")).toThrow(CheckpointError);
    expect(() => loadCheckpoint(engine, bytes, run.states, "other.safetensors")).toThrow(/5\.weight does not fit/);
    expect(() => loadCheckpoint(engine, bytes, { model: run.states.model })).toThrow(/unexpected: optimizer/);
    expect(await engine.read(run.states.model.parameters())).toEqual(before);
  });
});
