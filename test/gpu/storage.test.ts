// States on the device: their first values, the arenas that they move into, and giving them back.
import { expect, test, vi } from "vitest";
import { parameter, state, type Tensor } from "../../src/graph/tensor";
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
    const from = "\n  state: f32[2]\n  fix: Float32Array.from(values)";
    expect(write(p, [1, 2])).toThrow(`write: the values are a plain array${from}`);
    expect(write(p, new Float64Array(2))).toThrow(`write: the values are of type Float64Array${from}`);
    expect(write(parameterOf(1), 0.1)).toThrow(
      "write: the values are 0.1\n  state: f32[1]\n  fix: Float32Array.of(0.1)",
    );
    expect(write(p, tensor([1, 2]))).toThrow(/fix: Float32Array.from\(await engine.read\(tensor\)\)/);
    expect(write(tensor([1, 2]), Float32Array.of(1, 2))).toThrow(/write: the tensor is no state/);
  });

  /** Does something on a device that says so of everything in the scopes from the n-th on. */
  async function refusing<T>(filter: GPUErrorFilter, from: number, work: () => Promise<T>): Promise<T> {
    const { device } = engine.runtime;
    const scopes: string[] = [];
    let count = 0;
    const pushed = vi.spyOn(device, "pushErrorScope").mockImplementation((scope) => void scopes.push(scope));
    const popped = vi.spyOn(device, "popErrorScope").mockImplementation(async () => {
      const refused = scopes.pop() === filter && count++ >= from;
      return refused ? ({ message: "no room" } as GPUError) : null;
    });
    try {
      return await work();
    } finally {
      for (const spy of [pushed, popped]) spy.mockRestore();
    }
  }
  const lacking = <T>(work: () => Promise<T>) => refusing("out-of-memory", 0, work);

  test("a device that lacks memory: the capture is refused, and nothing of it stays", async () => {
    const { inUse } = engine.memory;
    const p = parameterOf(1, 2, 3);
    await lacking(() =>
      expect(engine.capture({}, () => ({ y: mul(p, 2), loss: sum(p) }))).rejects.toThrow(
        /the device lacks memory\n {2}message: no room\n {2}fix: use a smaller batch/,
      ),
    );
    expect(engine.memory.inUse).toBe(inUse);
    expect([...(await engine.read(mul(p, 2)))]).toEqual([2, 4, 6]);
  });

  test("a device that lacks memory only while the pool keeps free buffers is asked once more", async () => {
    const { pool } = engine.runtime;
    pool.release(pool.acquire(1 << 16, "free"));
    const { device } = engine.runtime;
    const scopes: string[] = [];
    const pushed = vi.spyOn(device, "pushErrorScope").mockImplementation((scope) => void scopes.push(scope));
    const popped = vi.spyOn(device, "popErrorScope").mockImplementation(async () => {
      const { inUse, held } = pool.statistics;
      const refused = scopes.pop() === "out-of-memory" && held > inUse;
      return refused ? ({ message: "no room" } as GPUError) : null;
    });
    const p = parameterOf(1, 2, 3);
    const step = await engine
      .capture({}, () => ({ y: mul(p, 2) }))
      .finally(() => {
        for (const spy of [pushed, popped]) spy.mockRestore();
      });
    await step.run();
    expect([...(await step.read("y"))]).toEqual([2, 4, 6]);
    step.dispose();
  });

  test("trained weights outlive a capture for which there is no memory, wherever it would have moved them", async () => {
    const [p, q] = [parameterOf(1, 2), parameterOf(5)];
    const train = (optimizer: SGD, parameters: Tensor[]) =>
      engine.capture({}, () => {
        optimizer.step(sum(parameters.map((t) => sum(t)).reduce(add)));
        return {};
      });
    await (await train(new SGD([p, q], { lr: 1 }), [p, q])).run();
    const { inUse } = engine.memory;
    const part = new SGD([p], { lr: 1 });
    for (let i = 0; i < 2; i++) await lacking(() => expect(train(part, [p])).rejects.toThrow(/lacks memory/));
    expect(engine.memory.inUse).toBe(inUse);
    await (await train(part, [p])).run();
    expect((await engine.read([p, q])).map((values) => [...values])).toEqual([[-1, 0], [4]]);
  });

  test("a state that has moved out of a buffer of its own hides no refused one", async () => {
    const p = parameterOf(1, 2);
    engine.write(p, Float32Array.of(7, 8));
    const { inUse } = engine.memory;
    const optimizer = new SGD([p], { lr: 1 });
    const capture = () =>
      engine.capture({}, () => {
        optimizer.step(sum(p));
        return {};
      });
    await lacking(() => expect(capture()).rejects.toThrow(/lacks memory/));
    expect(engine.memory.inUse).toBe(inUse);
    // Also where it is the bindings that are refused, after all buffers were granted.
    await refusing("validation", 1, () => expect(capture()).rejects.toThrow(/no room/));
    await (await capture()).run();
    expect([...(await engine.read(p))]).toEqual([6, 7]);
  });

  test("a sibling without first values takes no trained weights with it", async () => {
    const [p, r] = [parameterOf(1), parameterOf(2)];
    let isBad = true;
    const q = parameter("q", { shape: [1], dtype: "f32" }, () => {
      if (isBad) throw new Error("no weights");
      return Float32Array.of(3);
    });
    for (const t of [p, r]) engine.write(t, Float32Array.of(9));
    const optimizers = [new SGD([r], { lr: 1 }), new SGD([p, q], { lr: 1 })];
    const made = engine.capture({}, () => {
      for (const o of optimizers) o.step(o.parameters.map((t) => sum(t)).reduce(add));
      return {};
    });
    await expect(made).rejects.toThrow(/no weights/);
    isBad = false;
    expect((await engine.read([p, q, r])).map((values) => values[0])).toEqual([9, 3, 9]);
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

  test("groups and averages are given back as well", async () => {
    const p = parameterOf(...Array<number>(2000).fill(1));
    const { inUse } = engine.memory;
    const optimizer = new SGD([{ parameters: [p], lrScale: 2 }], { lr: 1, momentum: 0.9 });
    const average = new ExponentialMovingAverage([p]);
    const step = await engine.capture({}, () => {
      optimizer.step(sum(p));
      average.update();
      return {};
    });
    await step.run();
    average.apply();
    average.restore();
    await engine.read([]);
    expect([...(await engine.read(p))][0]).toBe(-1);
    step.dispose();
    engine.release(average);
    expect((await engine.read(p))[0]).toBe(-1);
    engine.release(optimizer);
    expect(engine.memory.inUse - inUse).toBeLessThan(1024);
  });

  test("a released state starts anew", async () => {
    const p = parameterOf(1, 2);
    engine.write(p, Float32Array.of(7, 8));
    engine.release(p);
    expect([...(await engine.read(p))]).toEqual([1, 2]);
  });
});
