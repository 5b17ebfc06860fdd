// States on the device: their first values, the arenas that they move into, and giving them back.
import { expect, test } from "vitest";
import { parameter, state } from "../../src/graph/tensor";
import { Adam, add, ExponentialMovingAverage, Linear, mul, SGD, square, sum, tensor } from "../../src/index";
import { describeOnDawn } from "../device";

await describeOnDawn("states", (engine) => {
  const parameterOf = (...values: number[]) =>
    parameter("p", { shape: [values.length], dtype: "f32" }, () => Float32Array.from(values));

  test("a parameter that only its update names moves from its first value", async () => {
    const p = parameterOf(3, 4);
    const optimizer = new SGD([p], { lr: 1 });
    const step = await engine.capture({}, () => {
      optimizer.step(sum(p));
      return {};
    });
    for (let i = 0; i < 2; i++) await step.run();
    expect([...(await engine.read(p))]).toEqual([1, 2]);
  });

  test("an average is of parameters that nothing has used yet", async () => {
    const p = parameterOf(1, 2);
    const average = new ExponentialMovingAverage([p], { decay: 0.5 });
    average.update();
    expect([...(await engine.read(average.average))].slice(0, 2)).toEqual([0.5, 1]);
    average.apply();
    average.restore();
    expect([...(await engine.read(p))]).toEqual([1, 2]);
  });

  test("what a saved step keeps of parameters that it does not use", async () => {
    const [p, q] = [parameterOf(1, 2), parameterOf(5, 6)];
    const optimizer = new SGD([p, q], { lr: 1 });
    const step = await engine.capture({}, () => ({ p: add(p, optimizer.lr) }));
    const { states } = await engine.load(await engine.save({ step }, { q }));
    expect([...(await engine.read(states.q!))]).toEqual([5, 6]);
  });

  test("a step whose parameters another optimizer has taken over is refused", async () => {
    const [p, q] = [parameterOf(1), parameterOf(2)];
    const both = new SGD([p, q], { lr: 1 });
    const step = await engine.capture({}, () => {
      both.step(sum(add(p, q)));
      return {};
    });
    await step.run();
    new SGD([p], { lr: 1 });
    await engine.read(p);
    await expect(step.run()).rejects.toThrow(/taken over by another optimizer/);
    expect([...(await engine.read(p))]).toEqual([0]);
  });

  test("a step that only reads parameters goes on wherever these have moved", async () => {
    const [p, q] = [parameterOf(1), parameterOf(2)];
    const both = new SGD([p, q], { lr: 1 });
    const reading = await engine.capture({}, () => ({ y: add(p, q) }));
    const first = await engine.capture({}, () => {
      both.step(sum(add(p, q)));
      return {};
    });
    await first.run();
    await reading.run();
    expect([...(await reading.read("y"))]).toEqual([1]);
    const later = new Adam([p], { lr: 10 });
    const second = await engine.capture({}, () => {
      later.step(sum(p));
      return {};
    });
    await second.run();
    await reading.run();
    expect((await reading.read("y"))[0]).toBeCloseTo(0 - 10 + 1, 4);
  });

  test("first values of another size or dtype are refused, again and again", async () => {
    const short = state("short", { shape: [3], dtype: "f32" }, () => Float32Array.of(1, 2));
    const other = state("other", { shape: [2], dtype: "i32" }, () => Float32Array.of(1, 2));
    const { inUse } = engine.memory;
    for (let i = 0; i < 2; i++) {
      await expect(engine.read(mul(short, 2))).rejects.toThrow(/short: first values f32\[2\]\n {2}wants: f32\[3\]/);
      await expect(engine.read(mul(other, 2))).rejects.toThrow(/other: first values f32\[2\]\n {2}wants: i32\[2\]/);
    }
    expect(engine.memory.inUse).toBe(inUse);
  });

  test("a parameter without first values leaves no arena behind", async () => {
    const bad = parameter("bad", { shape: [2], dtype: "f32" }, () => {
      throw new Error("no weights");
    });
    const optimizer = new SGD([parameterOf(1), bad], { lr: 1 });
    const { inUse } = engine.memory;
    const made = engine.capture({}, () => {
      optimizer.step(sum(square(optimizer.parameters[0]!)).add(sum(bad)));
      return {};
    });
    await expect(made).rejects.toThrow(/no weights/);
    expect(engine.memory.inUse).toBeLessThan(inUse + 2048);
  });

  test("values of another dtype, and tensors that are no states, are not written", () => {
    const p = parameterOf(1, 2);
    const write = (to: typeof p, values: unknown) => () => engine.write(to, values as Float32Array<ArrayBuffer>);
    expect(write(p, Int32Array.of(1, 2))).toThrow(/write: values of dtype i32\n {2}state: f32\[2\]/);
    expect(write(p, [1, 2])).toThrow(/values: of type Array/);
    expect(write(p, new Float64Array(2))).toThrow(/values: of type Float64Array/);
    expect(write(tensor([1, 2]), Float32Array.of(1, 2))).toThrow(/write: the tensor is no state/);
  });

  test("a device that lacks memory: the capture is refused, and nothing of it stays", async () => {
    const { device } = engine.runtime;
    const { inUse } = engine.memory;
    const p = parameterOf(1, 2, 3);
    const scopes: string[] = [];
    const push = device.pushErrorScope;
    const pop = device.popErrorScope;
    device.pushErrorScope = (filter) => void scopes.push(filter);
    device.popErrorScope = () => {
      const lacking = scopes.pop() === "out-of-memory";
      return Promise.resolve(lacking ? ({ message: "no room" } as GPUError) : null);
    };
    try {
      const made = engine.capture({}, () => ({ y: mul(p, 2), loss: sum(p) }));
      await expect(made).rejects.toThrow(/the device lacks memory\n {2}message: no room\n {2}fix: use a smaller batch/);
    } finally {
      device.pushErrorScope = push;
      device.popErrorScope = pop;
    }
    expect(engine.memory.inUse).toBe(inUse);
    expect([...(await engine.read(mul(p, 2)))]).toEqual([2, 4, 6]);
  });

  test("models come and go", async () => {
    const round = async () => {
      const layer = new Linear(40, 30);
      const optimizer = new Adam(layer.parameters());
      const step = await engine.capture({ x: [2, 40] }, ({ x }) => {
        const loss = sum(square(layer.forward(x)));
        optimizer.step(loss);
        return { loss };
      });
      await step.run({ x: new Float32Array(80).fill(1) });
      step.dispose();
      const before = engine.memory.inUse;
      engine.release(layer, optimizer);
      expect(before - engine.memory.inUse).toBeGreaterThan(4 * 4 * 1200);
    };
    await round();
    const { inUse, held } = engine.memory;
    for (let i = 0; i < 3; i++) await round();
    expect(engine.memory.inUse).toBe(inUse);
    expect(engine.memory.held).toBe(held);
  });

  test("a released state starts anew", async () => {
    const p = parameterOf(1, 2);
    engine.write(p, Float32Array.of(7, 8));
    engine.release(p);
    expect([...(await engine.read(p))]).toEqual([1, 2]);
  });
});
