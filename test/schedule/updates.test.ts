// What is written into state, and in which order: values of the step are computed from the old state, updates follow as recorded.
import { expect, test } from "vitest";
import { parameter, state, type Tensor } from "../../src/graph/tensor";
import { add, assign, mul, reshape, SGD, square, sum, transpose, zeros } from "../../src/index";
import { describeOnDawn } from "../device";

await describeOnDawn("updates of state", (engine) => {
  const stateOf = (...values: number[]) =>
    state("s", { shape: [values.length], dtype: "f32" }, () => Float32Array.from(values));
  const parameterOf = (...values: number[]) =>
    parameter("p", { shape: [values.length], dtype: "f32" }, () => Float32Array.from(values));
  const numbers = async (...tensors: Tensor[]) => (await engine.read(tensors)).map((a) => [...a]);
  const run = async (record: () => Record<string, Tensor>, times = 1) => {
    const step = await engine.capture({}, record);
    for (let i = 0; i < times; i++) await step.run();
    return step;
  };

  test("states that swap", async () => {
    const [a, b] = [stateOf(1, 1), stateOf(2, 2)];
    const record = () => {
      assign(a, b);
      assign(b, a);
      return {};
    };
    await run(record);
    expect(await numbers(a, b)).toEqual([
      [2, 2],
      [1, 1],
    ]);
    await run(record, 2);
    expect((await numbers(a))[0]).toEqual([2, 2]);
  });

  test("a state that takes a new value while another takes its old one", async () => {
    const [c, d, e] = [stateOf(1), stateOf(0), stateOf(0)];
    const step = await run(() => {
      const next = add(c, 10);
      assign(c, next);
      assign(d, c);
      assign(e, mul(c, 3));
      return { next };
    });
    expect(await numbers(c, d, e)).toEqual([[11], [1], [3]]);
    expect([...(await step.read("next"))]).toEqual([11]);
  });

  test("a state assigned twice keeps the last value", async () => {
    const [s, from] = [stateOf(1), stateOf(5)];
    await run(() => {
      assign(s, add(from, 1));
      assign(s, add(from, 2));
      return {};
    });
    expect(await numbers(s)).toEqual([[7]]);
  });

  test("a state that is made of itself is not assigned twice: the first value would be lost", async () => {
    const s = stateOf(1);
    const twice = () => {
      assign(s, add(s, 1));
      assign(s, mul(s, 10));
      return {};
    };
    await expect(engine.capture({}, twice)).rejects.toThrowErrorMatchingInlineSnapshot(`
      [CaptureError: assign: the value is made of the state as it was before the step, and would undo what the step has written there
        state: s f32[1]
        fix: capture the assign as a step of its own, which runs after this one; in eager code await engine.read(loss) first]
    `);
    assign(s, add(s, 1));
    expect(() => assign(s, mul(s, 10))).toThrow(/would undo/);
    await engine.read(s);
    assign(s, mul(s, 10));
    expect(await numbers(s)).toEqual([[20]]);
  });

  test("an assign that would undo an optimizer's step is refused, and after the step it is not", async () => {
    const [p, q] = [parameterOf(1, 3), parameterOf(5)];
    const optimizer = new SGD([p, q], { lr: 0.5, momentum: 0.9 });
    const loss = () => sum(square(p)).add(sum(q));
    const clip = () => assign(p, p.clamp({ min: -1, max: 1 }));
    const step = () => {
      optimizer.step(loss());
      clip();
      return {};
    };
    await expect(engine.capture({}, step)).rejects.toThrow(/fix: capture the assign as a step of its own/);
    const first = loss();
    optimizer.step(first);
    expect(clip).toThrow(/in eager code await engine.read\(loss\) first/);
    for (const moved of [optimizer.arena.parameters, optimizer.velocity!])
      expect(() => assign(moved, mul(moved, 2))).toThrow(/would undo/);
    await engine.read(first);
    expect(await numbers(p)).toEqual([[0, 0]]);
    engine.write(p, Float32Array.of(-4, 0.5));
    clip();
    expect(await numbers(p)).toEqual([[-1, 0.5]]);
  });

  test("values that are not made of the state are assigned after an optimizer's step, those of other states in its arena too", async () => {
    const [p, q] = [parameterOf(1, 1), parameterOf(3, 4)];
    const optimizer = new SGD([p, q], { lr: 0.5 });
    await run(() => {
      optimizer.step(add(sum(p), sum(q)));
      assign(p, mul(q, 2));
      assign(optimizer.lr, mul(optimizer.lr, 0.5));
      return {};
    });
    expect(await numbers(p, q, optimizer.lr)).toEqual([[6, 8], [2.5, 3.5], [0.25]]);
  });

  test("what is no state takes no value", () => {
    expect(() => assign(zeros([1]), zeros([1]))).toThrowErrorMatchingInlineSnapshot(`
      [CaptureError: assign: the target is no state
        target: f32[1]
        fix: make it by state(…)]
    `);
  });

  test("a state takes a reading of itself", async () => {
    const s = state("s", { shape: [2, 2], dtype: "f32" }, () => Float32Array.of(1, 2, 3, 4));
    await run(() => {
      assign(s, transpose(s, 0, 1));
      return {};
    });
    expect(await numbers(s)).toEqual([[1, 3, 2, 4]]);
  });

  test("what is read of a view of a state is the old value, as what is computed from it", async () => {
    const s = state("s", { shape: [2, 2], dtype: "f32" }, () => Float32Array.of(1, 2, 3, 4));
    const views = () => ({
      flat: reshape(s, [4]),
      turned: transpose(s, 0, 1),
      sum: add(s, 0),
    });
    const step = await run(() => {
      assign(s, mul(s, 10));
      return views();
    });
    engine.write(s, Float32Array.of(9, 9, 9, 9));
    for (const name of ["flat", "sum"]) expect([...(await step.read(name))]).toEqual([1, 2, 3, 4]);
    expect([...(await step.read("turned"))]).toEqual([1, 3, 2, 4]);
    assign(s, mul(s, 10));
    expect(await numbers(...Object.values(views()), s)).toEqual([...Array(3).fill([9, 9, 9, 9]), [90, 90, 90, 90]]);
  });

  test("parameters of one arena take each other's values", async () => {
    const [p, q] = [parameterOf(1, 2), parameterOf(3, 4)];
    const optimizer = new SGD([p, q], { lr: 0 });
    expect(optimizer.arena.holds(p)).toBe(true);
    await run(() => {
      assign(p, q);
      assign(q, p);
      return {};
    });
    expect(await numbers(p, q)).toEqual([
      [3, 4],
      [1, 2],
    ]);
  });

  test("what is recorded after an optimizer's step comes after it", async () => {
    const [p, kept] = [parameterOf(1, 1), stateOf(0, 0)];
    const optimizer = new SGD([p], { lr: 0.5 });
    const step = await engine.capture({}, () => {
      optimizer.step(sum(square(p)));
      assign(optimizer.lr, mul(optimizer.lr, 0));
      assign(kept, p);
      return {};
    });
    await step.run();
    expect(await numbers(p, kept, optimizer.lr)).toEqual([[0, 0], [1, 1], [0]]);
  });

  test("what is recorded before an optimizer's step comes before it", async () => {
    const p = parameterOf(1, 1);
    const optimizer = new SGD([p], { lr: 0.25 });
    await run(() => {
      assign(optimizer.lr, mul(optimizer.lr, 2));
      optimizer.step(sum(square(p)));
      return {};
    });
    expect(await numbers(p)).toEqual([[0, 0]]);
  });

  test("an optimizer steps once a capture", async () => {
    const p = parameterOf(1);
    const optimizer = new SGD([p], { lr: 0.5 });
    const twice = engine.capture({}, () => {
      optimizer.step(sum(p));
      optimizer.step(sum(square(p)));
      return {};
    });
    await expect(twice).rejects.toThrow(/SGD: a second step before the first has run/);
    expect(await numbers(p)).toEqual([[1]]);
  });
});
