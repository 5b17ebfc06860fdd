// Tables on the GPU: batches, statistics, and runs that go on where they stopped.
import { expect, test } from "vitest";
import { Loader } from "../../src/data/loader";
import { channelStatistics, columnStatistics, destandardize, standardize } from "../../src/data/standardize";
import { TabularDataset } from "../../src/data/tabular";
import { manualSeed } from "../../src/nn/init";
import { Linear } from "../../src/nn/linear";
import { mseLoss } from "../../src/ops/mseLoss";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { SGD } from "../../src/optim/sgd";
import { loadCheckpoint, saveCheckpoint } from "../../src/train/checkpoint";
import type { Engine } from "../../src/train/engine";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

const COUNT = 23;
const WIDTH = 3;
const features = Float32Array.from({ length: COUNT * WIDTH }, (_, i) => 100 * (i % WIDTH) + Math.sin(i));
const classes = Int32Array.from({ length: COUNT }, (_, i) => i % 4);
const targets = Float32Array.from({ length: COUNT * 2 }, (_, i) => i / 10);

test("statistics of columns and channels, of some rows and of all", () => {
  const table = [1, 5, 3, 5, 5, 5];
  expect(columnStatistics(table, 2)).toEqual({ mean: [3, 5], std: [Math.sqrt(8 / 3), 1] });
  expect(columnStatistics(table, 2, [0, 1])).toEqual({ mean: [2, 5], std: [1, 1] });
  // A large mean costs no digits.
  const far = columnStatistics([1e8 + 1, 1e8 + 3], 1);
  expect(far).toEqual({ mean: [1e8 + 2], std: [1] });
  const bytes = Uint8Array.of(0, 255, 51, 51, 255, 0, 51, 153);
  const channels = channelStatistics(bytes, [2, 1, 2]);
  expect(channels.mean[0]).toBeCloseTo(0.5);
  expect(channels.std[0]).toBeCloseTo(0.5);
  expect(channels.mean[1]).toBeCloseTo(0.3);
  expect(channelStatistics(bytes, [2, 1, 2], [1]).mean[1]).toBeCloseTo(0.4);
});

test("a column that does not vary has deviation 1, whatever it holds", () => {
  for (const value of [0, 0.1, -1 / 3, 1e-20, 1e12 + 0.3])
    for (const rows of [1, 3, 7, 10_000]) expect(columnStatistics(new Array(rows).fill(value), 1).std).toEqual([1]);
  expect(channelStatistics(new Uint8Array(60).fill(77), [1, 2, 2]).std).toEqual([1]);
  expect(columnStatistics([1e-20, 3e-20], 1).std[0]).toBeCloseTo(1e-20, 30);
});

async function newRun(engine: Engine) {
  manualSeed(4);
  const statistics = columnStatistics(features, WIDTH);
  const dataset = new TabularDataset({ features, width: WIDTH, labels: classes, classes: 4 });
  const loader = new Loader(dataset, { batch: 5, shuffle: true, seed: 6 });
  const model = new Linear(WIDTH, 4);
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const step = await engine.capture({}, () => {
    const { x, labels } = loader.next();
    const loss = softmaxCrossEntropy(model.forward(standardize(x, statistics)), labels);
    optimizer.step(loss);
    return { loss };
  });
  const train = async (steps: number) => {
    for (let i = 0; i < steps; i++) await step.run();
    return (await step.drain()).map((s) => s.values.loss);
  };
  return { train, states: { model, optimizer, states: { loader: loader.position } } };
}

await describeOnDawn("tables", (engine) => {
  test("a shuffled epoch has every row at most once, with its own label", async () => {
    const dataset = new TabularDataset({ features, width: WIDTH, labels: classes, classes: 4 });
    const loader = new Loader(dataset, { batch: 5, shuffle: true, seed: 1 });
    const step = await engine.capture({}, () => loader.next());
    const rows: number[] = [];
    for (let i = 0; i < loader.batches; i++) {
      await step.run();
      const { x, labels, present } = await step.readAll(["x", "labels", "present"]);
      expect([...present]).toEqual([1, 1, 1, 1, 1]);
      for (let n = 0; n < 5; n++) {
        const row = Array.from({ length: COUNT }, (_, r) => r).find((r) => features[WIDTH * r] === x[WIDTH * n])!;
        expect([...x.slice(WIDTH * n, WIDTH * n + WIDTH)]).toEqual([
          ...features.slice(WIDTH * row, WIDTH * row + WIDTH),
        ]);
        expect(labels[n]).toBe(classes[row]);
        rows.push(row);
      }
    }
    expect(new Set(rows).size).toBe(20);
  });

  test("numbers to predict keep their columns; beyond the last row nothing is present", async () => {
    const dataset = new TabularDataset({ features, width: WIDTH, labels: targets });
    const loader = new Loader(dataset, { batch: 20 });
    const step = await engine.capture({}, () => loader.next());
    await step.run();
    await step.run();
    const { x, labels, present } = await step.readAll(["x", "labels", "present"]);
    expect([...present]).toEqual([1, 1, 1, ...Array(17).fill(0)]);
    expect([...labels]).toEqual([...targets.slice(40), ...Array(34).fill(0)]);
    expect([...x.slice(9)]).toEqual(Array(51).fill(0));
  });

  test("standardised columns have mean 0 and deviation 1; the way back gives the table", async () => {
    const statistics = columnStatistics(features, WIDTH);
    const table = tensor(features, [COUNT, WIDTH]);
    const scaled = standardize(table, statistics);
    const again = columnStatistics(await engine.read(scaled), WIDTH);
    for (const m of again.mean) expect(m).toBeCloseTo(0, 4);
    for (const s of again.std) expect(s).toBeCloseTo(1, 4);
    const back = await engine.read(destandardize(scaled, statistics));
    for (const [i, v] of back.entries()) expect(v).toBeCloseTo(features[i]!, 3);
    const pictures = tensor(
      Float32Array.from({ length: 16 }, (_, i) => i),
      [2, 2, 2, 2],
    );
    const out = await engine.read(standardize(pictures, { mean: [1, 2], std: [1, 2] }));
    expect([...out.slice(0, 8)]).toEqual([-1, 0, 1, 2, 1, 1.5, 2, 2.5]);
  });

  test("linear regression finds the line", async () => {
    manualSeed(1);
    const xs = Float32Array.from({ length: 64 }, (_, i) => i / 32 - 1);
    const dataset = new TabularDataset({ features: xs, width: 1, labels: xs.map((v) => 3 * v - 2) });
    const loader = new Loader(dataset, { batch: 16, shuffle: true });
    const model = new Linear(1, 1);
    const optimizer = new SGD(model.parameters(), { lr: 0.3 });
    const step = await engine.capture({}, () => {
      const { x, labels } = loader.next();
      const loss = mseLoss(model.forward(x), labels);
      optimizer.step(loss);
      return { loss };
    });
    for (let i = 0; i < 100; i++) await step.run();
    const [weight, bias] = await engine.read([model.weight, model.bias!]);
    expect(weight![0]).toBeCloseTo(3, 3);
    expect(bias![0]).toBeCloseTo(-2, 3);
  });

  test("resumed = never stopped, bit for bit", async () => {
    const whole = await (await newRun(engine)).train(15);
    const first = await newRun(engine);
    expect(await first.train(7)).toEqual(whole.slice(0, 7));
    const bytes = await saveCheckpoint(engine, first.states);
    const second = await newRun(engine);
    loadCheckpoint(engine, bytes, second.states);
    expect(await second.train(8)).toEqual(whole.slice(7));
  });
});
