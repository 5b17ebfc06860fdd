// What a replayed step asks of WebGPU: nothing is created, nothing written beyond the feeds.
import { expect, test, vi } from "vitest";
import { DeviceError } from "../../src/core/errors";
import { ImageDataset } from "../../src/data/dataset";
import { Loader } from "../../src/data/loader";
import type { Tensor } from "../../src/graph/tensor";
import { Conv2d } from "../../src/nn/conv2d";
import { Dropout, Flatten, MaxPool2d, ReLU } from "../../src/nn/layers";
import { Linear } from "../../src/nn/linear";
import { Sequential } from "../../src/nn/sequential";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { square } from "../../src/ops/square";
import { Adam } from "../../src/optim/adam";
import { Engine } from "../../src/train/engine";
import { describeOnDawn } from "../device";

/** Counts calls of a device's and its queue's methods. */
function countCalls(device: GPUDevice): Record<string, number> {
  const counts: Record<string, number> = {};
  const watch = (object: object, names: readonly string[]) => {
    for (const name of names) {
      const original = (object as Record<string, (...args: unknown[]) => unknown>)[name]!;
      Object.defineProperty(object, name, {
        configurable: true,
        value(...args: unknown[]) {
          counts[name] = (counts[name] ?? 0) + 1;
          return original.apply(object, args);
        },
      });
    }
  };
  watch(device, [
    "createBindGroup",
    "createBuffer",
    "createComputePipeline",
    "createComputePipelineAsync",
    "createShaderModule",
    "createCommandEncoder",
  ]);
  watch(device.queue, ["submit", "writeBuffer"]);
  return counts;
}

/** Bytes of all buffers that are made from now on and live when asked. */
function watchBuffers(device: GPUDevice): () => number {
  const made = new Set<GPUBuffer>();
  const create = device.createBuffer.bind(device);
  vi.spyOn(device, "createBuffer").mockImplementation((descriptor) => {
    const buffer = create(descriptor);
    made.add(buffer);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      made.delete(buffer);
      return destroy();
    };
    return buffer;
  });
  return () => [...made].reduce((bytes, { size }) => bytes + size, 0);
}

const network = () =>
  new Sequential(
    new Conv2d(1, 4, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Dropout(0.2),
    new Linear(4 * 16, 5),
  );

await describeOnDawn("replay", (engine) => {
  test("a fed step: no bind groups, buffers or pipelines; one write a feed; one submit a chunk", async () => {
    const model = network();
    const optimizer = new Adam(model.parameters(), { lr: 1e-3, clipNorm: 1 });
    const inputs = { x: [6, 1, 8, 8], labels: { shape: [6], dtype: "i32" as const } };
    const step = await engine.capture(inputs, ({ x, labels }) => {
      const loss = softmaxCrossEntropy(model.forward(x), labels);
      optimizer.step(loss);
      return { loss };
    });
    const feeds = { x: new Float32Array(6 * 64).fill(0.5), labels: new Int32Array(6) };
    for (let i = 0; i < 8; i++) await step.run(feeds);
    const counts = countCalls(engine.runtime.device);
    for (let i = 0; i < 10; i++) await step.run(feeds);
    expect(counts).toEqual({ createCommandEncoder: 10 * step.submits, submit: 10 * step.submits, writeBuffer: 20 });
    step.executable.cut(3);
    await step.run(feeds);
    expect(step.submits).toBe(3);
    expect(counts.submit).toBe(10 * 1 + 3);
  });

  test("a step that gathers its own batches is fed nothing at all", async () => {
    const images = Uint8Array.from({ length: 20 * 64 }, (_, i) => i % 251);
    const dataset = new ImageDataset({ images, labels: new Uint8Array(20), shape: [1, 8, 8], classes: 5 });
    const loader = new Loader(dataset, { batch: 6, shuffle: true });
    const model = network();
    const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
    const step = await engine.capture({}, () => {
      const { x, labels } = loader.next();
      const loss = softmaxCrossEntropy(model.forward(x), labels);
      optimizer.step(loss);
      return { loss };
    });
    for (let i = 0; i < 8; i++) await step.run();
    const counts = countCalls(engine.runtime.device);
    for (let i = 0; i < 10; i++) await step.run();
    expect(counts.writeBuffer).toBeUndefined();
    expect(counts.createBindGroup).toBeUndefined();
    expect(counts.submit).toBe(10 * step.submits);
  });

  test("what the plan estimates is what is allocated", async () => {
    const fresh = await Engine.create();
    const model = network();
    const step = await fresh.capture({ x: [6, 1, 8, 8] }, ({ x }) => ({ logits: model.forward(x) }));
    await step.run({ x: new Float32Array(6 * 64) });
    const { slots, states } = step.plan.bytes;
    expect(fresh.memory.inUse).toBe(slots + states);
    step.dispose();
    fresh.trim();
    expect(fresh.memory.held).toBe(states);
    fresh.dispose();
  });

  test.each([
    ["as it is planned", {}],
    ["unfused", { fuse: false }],
    ["with activations made again", { recompute: true }],
  ])("what the plan of a training step estimates is what is allocated: %s", async (_, options) => {
    const fresh = await Engine.create({ tuning: false });
    const alive = watchBuffers(fresh.runtime.device);
    const model = network();
    const optimizer = new Adam(model.parameters(), { clipNorm: 1, accumulate: 2, amsgrad: true, lossScale: "dynamic" });
    const inputs = { x: [32, 1, 8, 8], labels: { shape: [32], dtype: "i32" as const } };
    const train = ({ x, labels }: Record<keyof typeof inputs, Tensor>) => {
      const loss = softmaxCrossEntropy(model.forward(x), labels);
      optimizer.step(loss);
      return { loss };
    };
    const step = await fresh.capture(inputs, train, options);
    for (let i = 0; i < 3; i++) await step.run({ x: new Float32Array(32 * 64), labels: new Int32Array(32) });
    const { slots, states } = step.plan.bytes;
    expect(fresh.memory.inUse).toBe(slots + states + step.ringBytes);
    const made = alive();
    expect((await fresh.estimate(step)).bytes).toBe(made);
    fresh.dispose();
  });

  test("profiling leaves no trace in the states", async () => {
    const model = network();
    const optimizer = new Adam(model.parameters(), { lr: 0.1 });
    const inputs = { x: [6, 1, 8, 8], labels: { shape: [6], dtype: "i32" as const } };
    const step = await engine.capture(inputs, ({ x, labels }) => {
      const loss = softmaxCrossEntropy(model.forward(x), labels);
      optimizer.step(loss);
      return { loss };
    });
    await step.run({ x: new Float32Array(6 * 64).fill(1), labels: new Int32Array(6) });
    const before = await engine.read(model.parameters());
    const times = await step.profile();
    expect(await engine.read(model.parameters())).toEqual(before);
    if (engine.adapter.features.includes("timestamp-query")) {
      expect(times!.reduce((n, t) => n + t.count, 0)).toBe(step.plan.dispatches.length);
    }
  });

  test("a buffer that the device refuses is reported at capture, and none is lost or lent again", async () => {
    const { device, pool } = engine.runtime;
    const { inUse } = pool.statistics;
    const capture = () => engine.capture({ x: [7, 1001] }, ({ x }) => ({ out: square(x) }));
    const create = device.createBuffer.bind(device);
    for (const refused of ["warm-up", "slot 0"]) {
      const creating = vi.spyOn(device, "createBuffer");
      creating.mockImplementation((d) => create(d.label === refused ? { ...d, usage: 0 } : d));
      await expect(capture(), refused).rejects.toThrow(DeviceError);
      creating.mockRestore();
      expect(pool.statistics.inUse).toBe(inUse);
    }
    const step = await capture();
    await step.run({ x: new Float32Array(7007).fill(3) });
    expect((await step.read("out"))[7006]).toBe(9);
    step.dispose();
  });

  test("a device handed in by the caller is used and not destroyed", async () => {
    const shared = await Engine.create({ device: engine.runtime.device });
    const model = network();
    const [weight] = await shared.read(model.parameters());
    expect(weight!.length).toBe(36);
    shared.dispose();
    expect((await engine.read(model.parameters()[0]!)).length).toBe(36);
  });
});
