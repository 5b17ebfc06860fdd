// A run that is stopped, saved and resumed goes on exactly as if it had never stopped.
import { expect, test } from "vitest";
import { CheckpointError } from "../../src/core/errors";
import { ImageDataset } from "../../src/data/dataset";
import { Loader } from "../../src/data/loader";
import { createGenerator } from "../../src/graph/generator";
import { decodeSafetensors, encodeSafetensors } from "../../src/io/safetensors";
import { BatchNorm } from "../../src/nn/batchNorm";
import { Conv2d } from "../../src/nn/conv2d";
import { manualSeed } from "../../src/nn/init";
import { Dropout, Flatten, ReLU } from "../../src/nn/layers";
import { Linear } from "../../src/nn/linear";
import { Sequential } from "../../src/nn/sequential";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { sum } from "../../src/ops/sum";
import { Adam } from "../../src/optim/adam";
import { type Checkpointed, loadCheckpoint, saveCheckpoint } from "../../src/train/checkpoint";
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
    expect(await engine.read(run.states.model.parameters())).toEqual(before);
  });

  test("a Buffer from a file of Node is loaded", async () => {
    const [saved, other] = [new Linear(3, 2), new Linear(3, 2)];
    const file = Buffer.concat([Buffer.of(0), await saveCheckpoint(engine, { model: saved })]).subarray(1);
    loadCheckpoint(engine, file, { model: other });
    expect(await engine.read(other.parameters())).toEqual(await engine.read(saved.parameters()));
  });

  test("nothing is written where a later tensor holds a NaN", async () => {
    const model = new Linear(3, 2);
    const bytes = await saveCheckpoint(engine, { model });
    const { tensors, metadata } = decodeSafetensors(bytes);
    tensors.get("weight")!.values.fill(7);
    tensors.get("bias")!.values[1] = Number.NaN;
    const before = await engine.read(model.weight);
    const load = () => loadCheckpoint(engine, encodeSafetensors({ tensors, metadata }), { model }, "x.safetensors");
    expect(load).toThrow(CheckpointError);
    expect(load).toThrowErrorMatchingInlineSnapshot(`[CheckpointError: x.safetensors: bias: element 1 is NaN]`);
    expect(await engine.read(model.weight)).toEqual(before);
  });

  test("a run is saved and goes on after a step whose gradients overflowed", async () => {
    const make = () => {
      const model = new Linear(1, 1);
      return { model, optimizer: new Adam(model.parameters(), { lr: 0.5, lossScale: "dynamic" }) };
    };
    const { model, optimizer } = make();
    const step = await engine.capture({ x: [1, 1] }, ({ x }) => {
      const loss = sum(model.forward(x));
      optimizer.step(loss);
      return { loss };
    });
    await step.run({ x: Float32Array.of(3e38) });
    const again = make();
    loadCheckpoint(engine, await saveCheckpoint(engine, { model, optimizer }), again);
    const [scale] = [await engine.read(again.optimizer.gradientScale)];
    expect([...scale]).toEqual([0, expect.any(Number), 32768, 1, 0]);
    expect(Number.isFinite(scale[1])).toBe(false);
  });

  test("the model alone is taken from a run's checkpoint", async () => {
    const newModel = () => new Sequential(new Linear(3, 2));
    const model = newModel();
    const optimizer = new Adam(model.parameters(), { lr: 0.5 });
    const alone = newModel();
    loadCheckpoint(engine, await saveCheckpoint(engine, { model, optimizer }), { model: alone });
    expect(await engine.read(alone.parameters())).toEqual(await engine.read(model.parameters()));
  });

  test("a part of a checkpoint is loaded into another model, and the rest is named", async () => {
    const newModel = (classes: number) => new Sequential(new Linear(3, 2), new BatchNorm(2), new Linear(2, classes));
    const [saved, model] = [newModel(4), newModel(5)];
    const states = { extra: createGenerator(1).state };
    const bytes = await saveCheckpoint(engine, { model: saved, states }, { note: "hello" });
    const head = await engine.read((model.layers[2] as Linear).weight);
    const more = { model, states: { counter: createGenerator(2).state } };
    expect(loadCheckpoint(engine, bytes, more, { partial: true })).toEqual({
      metadata: { note: "hello" },
      missing: ["counter"],
      misfits: ["2.weight", "2.bias"],
      unused: ["extra"],
    });
    const backbone = (m: Sequential) => engine.read(m.layers.slice(0, 2).flatMap((l) => (l as Linear).parameters()));
    expect(await backbone(model)).toEqual(await backbone(saved));
    expect(await engine.read((model.layers[2] as Linear).weight)).toEqual(head);
    const whole = loadCheckpoint(engine, bytes, { model: newModel(4), states }, { partial: true });
    expect(whole).toEqual({ metadata: { note: "hello" }, missing: [], misfits: [], unused: [] });
    const load = () => loadCheckpoint(engine, bytes, { model, states }, { file: "net.safetensors" });
    expect(load).toThrowErrorMatchingInlineSnapshot(`
      [CheckpointError: net.safetensors: 2.weight does not fit
        file: f32[4, 2]
        model: f32[5, 2]
        fix: pass { partial: true } to load what fits]
    `);
  });

  test("a part of a checkpoint is refused where nothing fits, or a weight of it is NaN", async () => {
    const model = new Linear(3, 2);
    const optimizer = new Adam(model.parameters());
    const other = new Sequential(new Linear(4, 2));
    const bytes = await saveCheckpoint(engine, { model: other, optimizer: new Adam(other.parameters()) });
    const options = { partial: true, file: "x.safetensors" } as const;
    expect(() => loadCheckpoint(engine, bytes, { model, optimizer }, options)).toThrow(CheckpointError);
    expect(() => loadCheckpoint(engine, bytes, { model }, options)).toThrowErrorMatchingInlineSnapshot(`
      [CheckpointError: x.safetensors: no state of the model has its name and shape here
        missing: weight, bias
        misfits: nothing
        unused: 0.weight, 0.bias]
    `);
    const tensors = new Map([["bias", { dtype: "f32" as const, shape: [2], values: Float32Array.of(1, Number.NaN) }]]);
    const load = () => loadCheckpoint(engine, encodeSafetensors({ tensors, metadata: {} }), { model }, options);
    expect(load).toThrow("x.safetensors: bias: element 1 is NaN");
  });

  test("names that do not fit are refused with what to do", async () => {
    const model = new Sequential(new Linear(3, 2));
    const optimizer = new Adam(model.parameters());
    const generator = createGenerator(1);
    const weights = await saveCheckpoint(engine, { model });
    const more = await saveCheckpoint(engine, { model, states: { generator: generator.state } });
    const load = (bytes: Uint8Array, what: Partial<Checkpointed>) => () =>
      loadCheckpoint(engine, bytes, { model, ...what }, "run.safetensors");
    expect(load(more, {})).toThrowErrorMatchingInlineSnapshot(`
      [CheckpointError: run.safetensors: a checkpoint of another model or optimizer
        missing: nothing
        unexpected: generator
        fix: name what is unexpected among \`states\`, if it belongs to no other model, or { partial: true } to load what fits]
    `);
    expect(load(weights, { optimizer })).toThrowErrorMatchingInlineSnapshot(`
      [CheckpointError: run.safetensors: a checkpoint of another model or optimizer
        missing: optimizer.exp_avg.0.weight, optimizer.exp_avg.0.bias, optimizer.exp_avg_sq.0.weight, optimizer.exp_avg_sq.0.bias, optimizer.step, optimizer.lr and 1 more
        unexpected: nothing
        fix: leave \`optimizer\` out, and start it anew]
    `);
    expect(load(weights, { states: { generator: generator.state } })).toThrowErrorMatchingInlineSnapshot(`
      [CheckpointError: run.safetensors: a checkpoint of another model or optimizer
        missing: generator
        unexpected: nothing
        fix: pass the model, optimizer and \`states\` that were saved, under the same names, or { partial: true } to load what fits]
    `);
    expect(load(weights, { model: new Sequential(new ReLU(), new Linear(3, 2)) })).toThrowErrorMatchingInlineSnapshot(`
      [CheckpointError: run.safetensors: a checkpoint of another model or optimizer
        missing: 1.weight, 1.bias
        unexpected: 0.weight, 0.bias
        fix: pass the model, optimizer and \`states\` that were saved, under the same names, or { partial: true } to load what fits]
    `);
  });

  test("PyTorch's count of batches is left aside", async () => {
    const [saved, norm] = [new BatchNorm(3), new BatchNorm(3)];
    engine.write(saved.runningMean, Float32Array.of(1, 2, 3));
    const { tensors, metadata } = decodeSafetensors(await saveCheckpoint(engine, { model: saved }));
    const count = { dtype: "i32" as const, shape: [], values: Int32Array.of(7) };
    const theirs = new Map([...tensors, ["num_batches_tracked", count] as const]);
    loadCheckpoint(engine, encodeSafetensors({ tensors: theirs, metadata }), { model: norm });
    expect([...(await engine.read(norm.runningMean))]).toEqual([1, 2, 3]);
    const nested = new Sequential(new ReLU(), norm);
    const prefixed = new Map([...theirs].map(([name, t]) => [`1.${name}`, t]));
    loadCheckpoint(engine, encodeSafetensors({ tensors: prefixed, metadata }), { model: nested });
  });
});
