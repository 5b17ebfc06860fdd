// A device that is lost in the middle of a run: another takes its place, and the run has the numbers of one that never failed.
import { afterEach, describe, expect, test } from "vitest";
import {
  AdamW,
  assign,
  createGenerator,
  Dropout,
  fit,
  Linear,
  loadCheckpoint,
  manualSeed,
  mseLoss,
  mul,
  parameter,
  Sequential,
  SGD,
  saveCheckpoint,
  state,
  sum,
  type Tensor,
  tensor,
  uniform,
} from "../../src/index";
import { Engine } from "../../src/train/engine";
import type { StepEvent, TrainEvent } from "../../src/train/events";
import { Recovery } from "../../src/train/recovery";
import { nodeRuntime } from "../device";

const { runtime: opened, reason } = await nodeRuntime();
opened?.destroy();

describe.skipIf(!opened)(`recovery in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  const engines: Engine[] = [];
  const open = async () => {
    const engine = await Engine.create({ tuning: false });
    engines.push(engine);
    return engine;
  };
  afterEach(() => {
    for (const engine of engines.splice(0)) engine.dispose();
  });

  /** A network with all that a run keeps: an arena, moments, a counter, dropout, data on the device. */
  async function build(engine: Engine) {
    manualSeed(5);
    const generator = createGenerator(7);
    const model = new Sequential(new Linear(4, 16), new Dropout(0.2, generator), new Linear(16, 1));
    const optimizer = new AdamW(model.parameters(), { lr: 0.01, clipNorm: 1 });
    const target = tensor(
      Float32Array.from({ length: 8 }, (_, i) => Math.sin(i)),
      [8, 1],
    );
    const step = await engine.capture({}, () => {
      const x = uniform([8, 4], { generator });
      const loss = mseLoss(model.forward(x), target);
      optimizer.step(loss);
      return { loss };
    });
    return { model, optimizer, step };
  }

  const STEPS = 60;

  /** Trains; `during` is awaited before each step with the number of those taken. */
  async function train(engine: Engine, during: (done: number) => unknown = () => {}, every = Number.POSITIVE_INFINITY) {
    const { model, optimizer, step } = await build(engine);
    const events: TrainEvent[] = [];
    const recovery = new Recovery(engine, every);
    const done = await fit({
      engine,
      step,
      optimizer,
      recovery,
      schedule: (at) => 0.01 / (1 + at),
      start: 0,
      end: STEPS,
      batch: 8,
      stepsPerEpoch: 20,
      before: async () => during(step.runs),
      onEvent: (e) => void events.push(e),
    });
    const losses = events.filter((e): e is StepEvent => e.event === "step");
    return {
      done,
      events,
      losses: losses.map((e): [number, number] => [e.step, e.loss]),
      weights: await engine.read(model.parameters()),
      step,
    };
  }

  const lose = (engine: Engine) => {
    engine.runtime.device.destroy();
    return engine.lost;
  };

  test("fit goes on by itself, bit for bit as a run that never failed", async () => {
    const whole = await train(await open());
    const engine = await open();
    let losses = 0;
    const broken = await train(engine, (done) => (done === 35 && losses++ < 2 ? lose(engine) : undefined), 0);
    expect(broken.events.filter((e) => e.event === "recovered")).toHaveLength(2);
    const [first] = broken.events.filter((e) => e.event === "recovered");
    expect(first).toMatchObject({ reason: expect.stringMatching(/the GPU device was lost/) });
    expect(broken.done).toBe(STEPS);
    expect(broken.step.runs).toBe(STEPS);
    expect(new Map(broken.losses)).toEqual(new Map(whole.losses));
    expect(whole.losses).toHaveLength(STEPS);
    expect(broken.weights).toEqual(whole.weights);
  });

  test("without a snapshot since, it goes back to the start", async () => {
    const engine = await open();
    let lost = false;
    const { events, losses } = await train(engine, (done) => {
      if (done !== 20 || lost) return undefined;
      lost = true;
      return lose(engine);
    });
    expect(events.find((e) => e.event === "recovered")).toMatchObject({ step: 0 });
    expect(new Map(losses).size).toBe(STEPS);
  });

  test("a device that is lost again and again is given up", async () => {
    const engine = await open();
    await expect(train(engine, (done) => (done === 3 ? lose(engine) : undefined))).rejects.toThrow(
      /the GPU device was lost/,
    );
  });

  test("what ends a run otherwise is thrown as it is", async () => {
    const wrong = () => {
      throw new Error("something else");
    };
    await expect(train(await open(), wrong)).rejects.toThrow("something else");
  });

  test("states, steps with feeds and eager code go on from a snapshot", async () => {
    const engine = await open();
    const [s, later] = [1, 5].map((v) => state("s", { shape: [2], dtype: "f32" }, () => new Float32Array(2).fill(v)));
    const step = await engine.capture({ x: [2] }, ({ x }) => ({ y: mul(x, s!) }));
    engine.write(s!, Float32Array.of(3, 4));
    await step.run({ x: Float32Array.of(1, 1) });
    const kept = await engine.snapshot();
    engine.write(s!, Float32Array.of(9, 9));
    engine.write(later!, Float32Array.of(9, 9));
    await step.run();
    const numbers = async (t: Tensor) => [...(await engine.read(t))];
    expect(await numbers(mul(s!, 2))).toEqual([18, 18]);
    await lose(engine);
    await expect(engine.read(s!)).rejects.toThrow(/lost(.|\n)*fix: engine.recover/);
    await engine.recover(kept);
    expect(step.runs).toBe(1);
    await expect(step.read("y")).rejects.toThrow(/has not run since(.|\n)*fix: await step.run\(\) again/);
    expect(await numbers(s!)).toEqual([3, 4]);
    expect(await numbers(mul(s!, 2))).toEqual([6, 8]);
    expect(await numbers(later!)).toEqual([5, 5]);
    await expect(step.run()).rejects.toThrow(/lacks x/);
    await step.run({ x: Float32Array.of(10, 100) });
    expect([...(await step.read("y"))]).toEqual([30, 400]);
    const { inUse } = engine.memory;
    step.dispose();
    expect(engine.memory.inUse).toBeLessThan(inUse);
  });

  /** Whether a device is gone by now, or at once. */
  const isGone = (device: GPUDevice) =>
    Promise.race([device.lost.then(() => true), new Promise((resolve) => setTimeout(resolve, 200, false))]);

  test("a device that is replaced is given back, also where the way to the next one ends half-way", async () => {
    const engine = await open();
    const step = await engine.capture({}, () => ({ y: tensor([1]) }));
    const kept = await engine.snapshot();
    const { device } = engine.runtime;
    const { revive } = step;
    Object.assign(step, { revive: () => Promise.reject(new Error("no room")) });
    await expect(engine.recover(kept)).rejects.toThrow("no room");
    const between = engine.runtime.device;
    Object.assign(step, { revive });
    await engine.recover(kept);
    expect([device === between, await isGone(device), await isGone(between)]).toEqual([false, true, true]);
    await step.run();
    expect([...(await step.read("y"))]).toEqual([1]);
  });

  test("buffers on a shared device that is given up for another are given back", async () => {
    const [first, second] = [await open(), await open()];
    const engine = await Engine.create({ device: first.runtime.device, tuning: false });
    const s = state("s", { shape: [64], dtype: "f32" }, () => new Float32Array(64).fill(2));
    await engine.read(s);
    const kept = await engine.snapshot();
    const { pool } = engine.runtime;
    await engine.recover(kept, second.runtime.device);
    expect(pool.statistics.held).toBe(0);
    expect((await engine.read(s))[0]).toBe(2);
    engine.dispose();
  });

  test("an engine that is disposed of on the way to another device takes none", async () => {
    const devices = [await open(), await open()].map((e) => e.runtime.device);
    const adapter = { features: new Set(), limits: {}, info: {}, requestDevice: async () => devices.shift()! };
    const engine = await Engine.create({ gpu: { requestAdapter: async () => adapter } as never, tuning: false });
    const kept = await engine.snapshot();
    const [next] = devices;
    const recovered = engine.recover(kept);
    engine.dispose();
    await expect(recovered).rejects.toThrow(/has been disposed of/);
    expect(await isGone(next!)).toBe(true);
  });

  test("a step that is disposed of while it is made anew keeps nothing", async () => {
    const engine = await open();
    const step = await engine.capture({ x: [300] }, ({ x }) => ({ y: sum(mul(x, 2)) }));
    const { build } = step;
    const disposing = () => {
      queueMicrotask(() => step.dispose());
      return build();
    };
    Object.assign(step, { build: disposing });
    await engine.recover(await engine.snapshot());
    expect(engine.memory.inUse).toBe(0);
  });

  test("updates of a read during which the device is lost are dropped: what is restored is not moved by them", async () => {
    const engine = await open();
    const p = parameter("p", { shape: [1], dtype: "f32" }, () => Float32Array.of(3));
    const kept = await engine.snapshot();
    new SGD([p], { lr: 1 }).step(sum(p));
    const read = engine.read(mul(p, 5));
    await Promise.all([expect(read).rejects.toThrow(), lose(engine)]);
    await engine.recover(kept);
    expect([...(await engine.read(p))]).toEqual([3]);
  });

  /** A weight that has been halved twice by eager steps. */
  async function halved(engine: Engine) {
    const model = new Linear(1, 1, { bias: false });
    const { weight: w } = model;
    engine.write(w, Float32Array.of(8));
    const optimizer = new SGD([w], { lr: 0.25 });
    const record = () => {
      const loss = sum(mul(w, w));
      optimizer.step(loss);
      return loss;
    };
    for (let i = 0; i < 2; i++) await engine.read(record());
    return { model, w, record };
  }

  test("an update that a lost device never ran moves nothing on a new engine", async () => {
    const engine = await open();
    const { model, w, record } = await halved(engine);
    const saved = await saveCheckpoint(engine, { model });
    await lose(engine);
    await expect(engine.read(record())).rejects.toThrow(/the GPU device was lost/);
    const next = await open();
    loadCheckpoint(next, saved, { model });
    expect([...(await next.read(w))]).toEqual([2]);
    expect([...(await next.read(record()))]).toEqual([4]);
    expect([...(await next.read(w))]).toEqual([1]);
  });

  test("a checkpoint is not moved by an update that was recorded before it was loaded", async () => {
    const engine = await open();
    const { model, w, record } = await halved(engine);
    const other = state("other", { shape: [1], dtype: "f32" });
    const saved = await saveCheckpoint(engine, { model });
    record();
    assign(other, tensor([5]));
    loadCheckpoint(engine, saved, { model });
    expect((await engine.read([w, other])).map((values) => [...values])).toEqual([[2], [5]]);
    await engine.read(record());
    expect([...(await engine.read(w))]).toEqual([1]);
  });

  test("eager steps go on from a snapshot as if nothing had happened", async () => {
    const engine = await open();
    const { w, record } = await halved(engine);
    const kept = await engine.snapshot();
    record();
    await lose(engine);
    await engine.recover(kept);
    expect([...(await engine.read(record()))]).toEqual([4]);
    expect([...(await engine.read(w))]).toEqual([1]);
  });

  test("what is no snapshot is refused, and the engine goes on", async () => {
    const engine = await Engine.create({ tuning: false });
    for (const wrong of [undefined, {}, { values: new Map() }])
      await expect(engine.recover(wrong as never)).rejects.toThrow(
        /recover: takes a snapshot\n {2}fix: await engine.snapshot/,
      );
    const [three] = await engine.read([mul(tensor([1.5]), 2)]);
    expect(three![0]).toBe(3);
    engine.dispose();
  });

  test("what is under way across a recovery is refused and can be asked for again", async () => {
    const engine = await open();
    const capture = () => engine.capture({ x: [4] }, ({ x }) => ({ y: mul(x, 2) }));
    const step = await capture();
    const kept = await engine.snapshot();
    const { build } = step;
    // Rebuilt by a plan that takes other ways, which is not to be had before the recovery is over.
    const plan = build();
    const other = { ...plan, choices: [{ way: "another" }] } as unknown as typeof plan;
    const { compile } = engine.runtime.pipelines;
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    Object.assign(engine.runtime.pipelines, {
      compile: async (...given: Parameters<typeof compile>) => {
        const compiled = await compile.apply(engine.runtime.pipelines, given);
        await waiting;
        return compiled;
      },
    });
    Object.assign(step, { build: () => other });
    const rebuilt = step.rebuild();
    Object.assign(step, { build });
    const captured = capture();
    const read = engine.read(mul(tensor([1, 2]), 3));
    const all = Promise.allSettled([rebuilt, captured, read]);
    await engine.recover(kept);
    goOn();
    for (const result of await all) expect(String((result as PromiseRejectedResult).reason)).toMatch(/was replaced/);
    for (const each of [step, await capture()]) {
      await each.run({ x: Float32Array.of(1, 2, 3, 4) });
      expect([...(await each.read("y"))]).toEqual([2, 4, 6, 8]);
    }
    expect([...(await engine.read(mul(tensor([1, 2]), 3)))]).toEqual([3, 6]);
  });

  test("a device that was handed over wants another, and a disposed engine none", async () => {
    const own = await open();
    const engine = await Engine.create({ device: own.runtime.device, tuning: false });
    const s = state("s", { shape: [1], dtype: "f32" }, () => Float32Array.of(1));
    engine.write(s, Float32Array.of(2));
    const kept = await engine.snapshot();
    await lose(own);
    await expect(engine.recover(kept)).rejects.toThrow(/the lost device was handed over/);
    await engine.recover(kept, (await open()).runtime.device);
    expect([...(await engine.read(s))]).toEqual([2]);
    engine.dispose();
    await expect(engine.recover(kept)).rejects.toThrow(/has been disposed of/);
  });
});
