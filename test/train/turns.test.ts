// Calls that are not awaited take turns: none sees the numbers of another.
import { expect, test } from "vitest";
import { parameter, state, type Tensor } from "../../src/graph/tensor";
import {
  add,
  assign,
  ExponentialMovingAverage,
  matmul,
  mul,
  reshape,
  SGD,
  square,
  sum,
  tensor,
  uniform,
  zeros,
} from "../../src/index";
import { Engine } from "../../src/train/engine";
import { describeOnDawn } from "../device";

await describeOnDawn("calls side by side", (engine) => {
  const numbers = async (reads: Promise<ArrayLike<number>>[]) =>
    (await Promise.all(reads)).map((a) => [...Array.from(a)]);
  const doubled = (v: number) => engine.read(mul(tensor([v, v]), 2));

  test("reads of one structure, before its plan is there and after", async () => {
    for (let round = 0; round < 2; round++)
      expect(await numbers([1, 2, 3].map(doubled))).toEqual([
        [2, 2],
        [4, 4],
        [6, 6],
      ]);
  });

  test("reads of more structures than plans are kept, and no memory stays with them", async () => {
    const all = () =>
      numbers(Array.from({ length: 40 }, (_, i) => engine.read(sum(square(tensor(new Float32Array(i + 1).fill(2)))))));
    const expected = Array.from({ length: 40 }, (_, i) => [4 * (i + 1)]);
    expect(await all()).toEqual(expected);
    const { inUse } = engine.memory;
    for (let round = 0; round < 2; round++) expect(await all()).toEqual(expected);
    expect(engine.memory.inUse).toBeLessThanOrEqual(inUse);
  });

  test("updates come before the reads asked for after them", async () => {
    const s = state("s", { shape: [1], dtype: "f32" });
    assign(s, add(s, 1));
    const first = engine.read(s);
    assign(s, mul(s, 10));
    const second = engine.read(s);
    expect(await numbers([first, second])).toEqual([[1], [10]]);
  });

  test("a read that is refused leaves the updates to the next", async () => {
    const p = parameter("p", { shape: [1], dtype: "f32" }, () => Float32Array.of(3));
    const optimizer = new SGD([p], { lr: 1 });
    const { x } = (await engine.capture({ x: [1] }, ({ x }) => ({ y: mul(x, 2) }))).feeds;
    optimizer.step(sum(p));
    await expect(engine.read(mul(x, 3))).rejects.toThrow(/a feed has a value only within its captured step/);
    expect([...(await engine.read(p))]).toEqual([2]);
  });

  test("an update that reads a feed is refused once", async () => {
    const s = state("s", { shape: [1], dtype: "f32" });
    const { x } = (await engine.capture({ x: [1] }, ({ x }) => ({ y: mul(x, 2) }))).feeds;
    assign(s, mul(x, 3));
    await expect(engine.read(s)).rejects.toThrow(/a feed has a value only/);
    expect([...(await engine.read(add(s, 1)))]).toEqual([1]);
  });

  const parameterOf = (value: number) => parameter("p", { shape: [1], dtype: "f32" }, () => Float32Array.of(value));
  const tooLarge = (p: Tensor) => sum(square(matmul(uniform([2 ** 30, 1]), reshape(p, [1, 1]))));
  const numberOf = async (t: Tensor) => (await engine.read(t))[0];

  test("updates that cannot run go with the read that says so, and the optimizer goes on", async () => {
    const p = parameterOf(3);
    const optimizer = new SGD([p], { lr: 1 });
    const loss = tooLarge(p);
    optimizer.step(loss);
    await expect(engine.read(loss)).rejects.toThrow(/bytes a binding/);
    expect(await numberOf(zeros([1]))).toBe(0);
    optimizer.step(sum(p));
    expect(await numberOf(p)).toBe(2);
  });

  test("updates beside which something is read that cannot be are left to the next read", async () => {
    const p = parameterOf(3);
    new SGD([p], { lr: 1 }).step(sum(p));
    await expect(engine.read(tooLarge(p))).rejects.toThrow(/bytes a binding/);
    expect(await numberOf(p)).toBe(2);
  });

  test("an update that reads a feed takes no other with it", async () => {
    const [p, s] = [parameterOf(3), state("s", { shape: [1], dtype: "f32" })];
    const { x } = (await engine.capture({ x: [1] }, ({ x }) => ({ y: mul(x, 2) }))).feeds;
    new SGD([p], { lr: 1 }).step(sum(p));
    assign(s, mul(x, 3));
    await expect(engine.read(s)).rejects.toThrow(/a feed has a value only/);
    expect(await numbers([engine.read(p), engine.read(s)])).toEqual([[2], [0]]);
  });

  test("a step of an optimizer that has lost its parameters is refused once", async () => {
    const [p, q] = [parameterOf(3), parameterOf(0)];
    const loss = sum(p);
    new SGD([p], { lr: 1 }).step(loss);
    const next = new SGD([p, q], { lr: 1 });
    await expect(engine.read(loss)).rejects.toThrow(/taken over by another optimizer/);
    next.step(sum(add(p, q)));
    expect(await numberOf(p)).toBe(2);
  });

  test("updates recorded before a run come before it", async () => {
    const p = parameterOf(3);
    const optimizer = new SGD([p], { lr: 1 });
    const average = new ExponentialMovingAverage([p], { decay: 0.5 });
    const s = state("s", { shape: [1], dtype: "f32" });
    const step = await engine.capture({}, () => ({ both: add(p, s) }));
    optimizer.step(sum(p));
    average.update();
    assign(s, add(s, 10));
    await step.run();
    await engine.read([]);
    expect([...(await step.read("both"))]).toEqual([12]);
    engine.write(p, Float32Array.of(50));
    average.apply();
    await Promise.all([step.run(), step.run()]);
    average.restore();
    await step.run();
    expect((await step.drain()).map(({ values }) => values.both)).toEqual([12, 12, 12, 60]);
    step.dispose();
  });

  test("an engine leaves alone what was recorded for states that live on another", async () => {
    const other = await Engine.create({ device: engine.runtime.device, tuning: false });
    const step = await other.capture({}, () => ({ one: tensor([1]) }));
    const [p, s] = [parameterOf(3), state("s", { shape: [1], dtype: "f32" })];
    await engine.read([p, s]);
    const optimizer = new SGD([p], { lr: 1 });
    for (const expected of [2, 1]) {
      const loss = sum(p);
      optimizer.step(loss);
      assign(s, add(s, loss));
      await step.run();
      await other.read(mul(tensor([1]), 5));
      await engine.read(loss);
      expect(await numberOf(p)).toBe(expected);
    }
    expect(await numberOf(s)).toBe(5);
    // What is read there is computed there, with all that was recorded for it.
    const loss = sum(p);
    optimizer.step(loss);
    assign(s, add(s, loss));
    expect(await numbers([other.read(loss), other.read(p), other.read(s)])).toEqual([[3], [2], [3]]);
    expect(await numbers([engine.read(p), engine.read(s)])).toEqual([[1], [5]]);
    other.dispose();
  });

  test("an update of what lives nowhere, or on an engine that is gone, is run by whichever runs next", async () => {
    const other = await Engine.create({ device: engine.runtime.device, tuning: false });
    const s = state("s", { shape: [1], dtype: "f32" });
    assign(s, tensor([4]));
    await other.read([]);
    assign(s, add(s, 1));
    await engine.read([]);
    other.dispose();
    await engine.read([]);
    expect(await numberOf(s)).toBe(1);
    assign(s, add(s, 1));
    await engine.read([]);
    expect(await numberOf(s)).toBe(2);
  });

  test("a read asked for before a run comes before it", async () => {
    const s = state("s", { shape: [1], dtype: "f32" });
    const step = await engine.capture({}, () => ({ twice: mul(s, 2) }));
    assign(s, add(s, 3));
    const read = engine.read(s);
    await step.run();
    expect([...(await read), ...(await step.read("twice"))]).toEqual([3, 6]);
    step.dispose();
  });

  test("a run whose waiting updates cannot run says so, and the next one runs", async () => {
    const p = parameterOf(3);
    const step = await engine.capture({}, () => ({ twice: mul(p, 2) }));
    new SGD([p], { lr: 1 }).step(tooLarge(p));
    await expect(step.run()).rejects.toThrow(/bytes a binding/);
    await step.run();
    expect([step.runs, ...(await step.read("twice"))]).toEqual([1, 6]);
    step.dispose();
  });

  test("runs of a step keep their feeds apart, those that are timed too", async () => {
    const step = await engine.capture({ x: [1] }, ({ x }) => ({ y: mul(x, 2) }));
    await Promise.all(Array.from({ length: 12 }, (_, i) => step.run({ x: Float32Array.of(i) })));
    expect((await step.drain()).map(({ values }) => values.y)).toEqual(Array.from({ length: 12 }, (_, i) => 2 * i));
    step.dispose();
  });

  test("a feed that an earlier run brings need not be given again", async () => {
    const step = await engine.capture({ x: [1] }, ({ x }) => ({ y: mul(x, 2) }));
    await Promise.all([step.run({ x: Float32Array.of(4) }), step.run()]);
    expect((await step.drain()).map(({ values }) => values.y)).toEqual([8, 8]);
    step.dispose();
  });

  test("a step disposed of twice gives its buffers back once, and refuses all else", async () => {
    const make = (factor: number) => engine.capture({ x: [1] }, ({ x }) => ({ y: mul(x, factor) }));
    const one = Float32Array.of(1);
    const a = await make(2);
    await expect(a.read("y")).rejects.toThrow(/has not run yet/);
    const waiting = [a.run({ x: one }), a.run({ x: one })];
    a.dispose();
    await Promise.all(waiting.map((w) => expect(w).rejects.toThrow(/has been disposed of/)));
    const b = await make(3);
    a.dispose();
    const c = await make(5);
    await b.run({ x: one });
    await c.run({ x: one });
    expect((await b.drain()).map((s) => s.values.y)).toEqual([3]);
    await expect(a.run({ x: one })).rejects.toThrow(/has been disposed of/);
    await expect(a.drain()).rejects.toThrow(/has been disposed of/);
    await expect(a.profile()).rejects.toThrow(/profile: the step has been disposed of/);
    for (const step of [b, c]) step.dispose();
  });

  test("whole numbers can be drained as well", async () => {
    const count = state("count", { shape: [1], dtype: "i32" }, () => Int32Array.of(-3));
    const step = await engine.capture({}, () => {
      const next = add(count, 1);
      assign(count, next);
      return { next, noise: sum(uniform([4])) };
    });
    for (let i = 0; i < 3; i++) await step.run();
    expect((await step.drain()).map(({ values }) => values.next)).toEqual([-2, -1, 0]);
    step.dispose();
  });

  test("a step keeps its submissions when it is rebuilt", async () => {
    const step = await engine.capture({ x: [64, 64] }, ({ x }) => ({ y: sum(mul(square(x), sum(x, 0))) }), {
      join: false,
    });
    step.executable.cut(2);
    expect(step.submits).toBe(2);
    const { build } = step;
    const other = { ...build(), choices: [{ ...({ way: "another" } as never as object) }] } as never;
    Object.assign(step, { build: () => other });
    await step.rebuild();
    expect(step.submits).toBe(2);
    step.dispose();
  });
});
