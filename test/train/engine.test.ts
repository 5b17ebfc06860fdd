import { describe, expect, test } from "vitest";
import { CaptureError, DataError, DTypeError, ShapeError } from "../../src/core/errors";
import { assign } from "../../src/graph/assign";
import { state, type Tensor } from "../../src/graph/tensor";
import { BatchNorm } from "../../src/nn/batchNorm";
import { Linear } from "../../src/nn/linear";
import { add } from "../../src/ops/add";
import { conv2d } from "../../src/ops/conv2d";
import { embedding } from "../../src/ops/embedding";
import { expand } from "../../src/ops/expand";
import { matmul } from "../../src/ops/matmul";
import { mul } from "../../src/ops/mul";
import { relu } from "../../src/ops/relu";
import { reshape } from "../../src/ops/reshape";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { Adam } from "../../src/optim/adam";
import { gradients } from "../../src/optim/gradients";
import { SGD } from "../../src/optim/sgd";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

await describeOnDawn("engine", (engine) => {
  const numbers = async (t: Tensor) => [...(await engine.read(t))];

  test("eager code computes what is read, and reuses its plan", async () => {
    const twice = (values: number[]) => mul(tensor(values), 2);
    expect(await numbers(twice([1, 2, 3]))).toEqual([2, 4, 6]);
    const pipelines = engine.runtime.pipelines.size;
    const { created } = engine.memory;
    expect(await numbers(twice([5, 6, 7]))).toEqual([10, 12, 14]);
    expect(engine.runtime.pipelines.size).toBe(pipelines);
    expect(engine.memory.created).toBe(created);
  });

  test("a tensor of nested numbers has their shape, and keeps a copy of an array", async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(x.shape).toEqual([2, 3]);
    expect(await numbers(sum(x, 0))).toEqual([5, 7, 9]);
    expect(tensor([[[1]], [[2]]]).shape).toEqual([2, 1, 1]);
    const array = Float32Array.of(1, 2);
    const doubled = mul(tensor(array), 2);
    array[0] = 100;
    expect(await numbers(doubled)).toEqual([2, 4]);
  });

  test("gradients, and gradients of gradients", async () => {
    const x = tensor([1, 2, 3]);
    const y = sum(mul(square(x), x)); // Σ x³
    const [dx] = gradients(y, [x]);
    const [ddx] = gradients(sum(dx!), [x]);
    expect(await numbers(dx!)).toEqual([3, 12, 27]);
    expect(await numbers(ddx!)).toEqual([6, 12, 18]);
  });

  test("a parameter keeps its value when an optimizer takes it into its arena", async () => {
    const layer = new Linear(3, 2);
    const before = await numbers(layer.weight);
    const step = await engine.capture({ x: [1, 3] }, ({ x }) => ({ y: layer.forward(x) }));
    const optimizer = new SGD(layer.parameters(), { lr: 0 });
    expect(optimizer.arena.tensors).toHaveLength(2);
    const training = await engine.capture({ x: [1, 3] }, ({ x }) => {
      const loss = sum(layer.forward(x));
      optimizer.step(loss);
      return { loss };
    });
    await training.run({ x: Float32Array.of(1, 1, 1) });
    expect(await numbers(layer.weight)).toEqual(before);
    engine.write(layer.weight, Float32Array.of(1, 2, 3, 4, 5, 6));
    engine.write(layer.bias!, Float32Array.of(0, 0));
    await step.run({ x: Float32Array.of(1, 0, 0) });
    expect([...(await step.read("y"))]).toEqual([1, 4]);
  });

  test("running statistics follow the batches, and evaluation uses them", async () => {
    const norm = new BatchNorm(2);
    const step = await engine.capture({ x: [4, 2] }, ({ x }) => ({ y: norm.forward(x) }));
    await step.run({ x: Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40) });
    const [average, variance] = await engine.read([norm.runningMean, norm.runningVar]);
    expect([...average!]).toEqual([expect.closeTo(0.25, 5), expect.closeTo(2.5, 4)]);
    expect([...variance!]).toEqual([expect.closeTo(0.9 + 0.1 * (5 / 3), 5), expect.closeTo(0.9 + 0.1 * (500 / 3), 3)]);
    norm.eval();
    const evaluation = await engine.capture({ x: [1, 2] }, ({ x }) => ({ y: norm.forward(x) }));
    await evaluation.run({ x: Float32Array.of(0.25, 2.5) });
    expect([...(await evaluation.read("y"))]).toEqual([expect.closeTo(0, 5), expect.closeTo(0, 5)]);
  });

  test("scalars of every run can be drained, in order", async () => {
    const step = await engine.capture({ x: [1] }, ({ x }) => ({ y: mul(x, 2) }));
    for (let i = 0; i < 300; i++) await step.run({ x: Float32Array.of(i) });
    const drained = await step.drain();
    expect(drained.map((s) => s.run)).toEqual(Array.from({ length: 256 }, (_, i) => 44 + i));
    expect(drained.map((s) => s.values.y)).toEqual(drained.map((s) => 2 * s.run));
    expect(await step.drain()).toEqual([]);
  });

  describe("bad input is refused at the call", () => {
    const f = (...shape: number[]) => state("t", { shape, dtype: "f32" });

    test("shapes, with the operands and the fix", () => {
      expect(() => matmul(f(32, 784), f(512, 784))).toThrow(
        "matmul: inner dimensions differ\n  a: [32, 784], K = 784\n  b: [512, 784], K = 512\n  fix: pass { transB: true }",
      );
      expect(() => add(f(2, 3), f(4))).toThrow(ShapeError);
      expect(() => conv2d(f(1, 3, 8, 8), f(4, 2, 3, 3))).toThrow(/conv2d: channels do not fit/);
      expect(() => tensor([1, 2, 3], [2, 2])).toThrow(/tensor: 3 values/);
      expect(() => tensor([], [0])).toThrow(/at least 1/);
    });

    test("dtypes", () => {
      const labels = state("labels", { shape: [3], dtype: "i32" });
      expect(() => add(f(3), labels)).toThrow(DTypeError);
      expect(() => softmaxCrossEntropy(f(3, 2), f(3))).toThrow(DTypeError);
    });

    test("a NaN in the data", () => {
      expect(() => tensor([1, Number.NaN])).toThrow(/element 1 is NaN/);
    });

    test("feeds: unknown, of another size, of another dtype, NaN, missing, labels out of range", async () => {
      const inputs = { x: [2, 3], labels: { shape: [2], dtype: "i32" as const } };
      const step = await engine.capture(inputs, ({ x, labels }) => ({ loss: softmaxCrossEntropy(relu(x), labels) }));
      const x = new Float32Array(6);
      const labels = Int32Array.of(0, 2);
      await expect(step.run({ x })).rejects.toThrow("run: the first run lacks labels");
      await expect(step.run({ x: new Float32Array(9), labels })).rejects.toThrow(
        /feed x: 9 values\n {2}captured: f32\[2, 3\]\n {2}fix: capture another step/,
      );
      await expect(step.run({ x: new Int32Array(6) as never, labels })).rejects.toThrow(CaptureError);
      await expect(step.run({ y: x, x, labels } as never)).rejects.toThrow(/no feed y/);
      await expect(step.run({ x: x.with(4, Number.NaN), labels })).rejects.toThrow(/feed x: element 4 is NaN/);
      await expect(step.run({ x, labels: Int32Array.of(0, 3) })).rejects.toThrow(DataError);
      await expect(step.run({ x, labels: Int32Array.of(0, 3) })).rejects.toThrow(/element 1 is 3\n {2}allowed: -1 … 2/);
      expect(step.runs).toBe(0);
      await step.run({ x, labels });
      expect((await step.read("loss"))[0]).toBeCloseTo(Math.log(3), 5);
    });

    test("feeds of another type, whatever their length, with what to feed", async () => {
      const inputs = { x: [2, 3], labels: { shape: [2], dtype: "i32" as const } };
      const step = await engine.capture(inputs, ({ x, labels }) => ({ y: sum(x), labels }));
      const rows = [
        [1, 2, 3],
        [4, 5, 6],
      ];
      const refused: [unknown, RegExp][] = [
        [tensor(rows), /^feed x: the values are a tensor f32\[2, 3](.|\n)*fix: Float32Array.from\(await engine.read/],
        [rows, /^feed x: the values are nested rows\n.*\n {2}fix: Float32Array.from\(values.flat\(Infinity\)\)$/],
        [[1, 2, 3], /^feed x: the values are a plain array\n.*\n {2}fix: Float32Array.from\(values\)$/],
        [new Uint8Array(6), /^feed x: the values are of type Uint8Array\n.*\n {2}fix: Float32Array.from\(values\)$/],
        [new Float64Array(5), /^feed x: the values are of type Float64Array\n {2}captured: f32\[2, 3]\n/],
        [new Int32Array(6), /^feed x: the values are of type Int32Array/],
        [undefined, /^feed x: the values are undefined/],
      ];
      for (const [x, why] of refused) await expect(step.run({ x: x as Float32Array })).rejects.toThrow(why);
      await expect(step.run({ labels: [0, 1] as never })).rejects.toThrow(/^feed labels(.|\n)*fix: Int32Array.from/);
      step.dispose();
    });

    test("inputs that are described by neither shape nor spec", async () => {
      const capture = (x: unknown) => engine.capture({ x: x as number[] }, ({ x }) => ({ y: sum(x) }));
      for (const x of [5, "f32", null, undefined, { dtype: "f32" }, { shape: 5, dtype: "f32" }, new Float32Array(2)])
        await expect(capture(x)).rejects.toThrow(/^feed x: the description is (.|\n)*fix: x: \[8, 3], or x: \{ shape/);
    });

    test("a feed of two ops: what either does not take is refused, behind views too", async () => {
      const table = tensor([1, 2, 3, 4], [4, 1]);
      const step = await engine.capture({ ids: { shape: [2], dtype: "i32" as const } }, ({ ids }) => ({
        rows: embedding(table, reshape(ids, [1, 2])),
        loss: softmaxCrossEntropy(tensor([0, 0, 0, 0], [2, 2]), ids, { ignoreIndex: 3 }),
      }));
      await expect(step.run({ ids: Int32Array.of(0, 4) })).rejects.toThrow(/^embedding: feed ids: element 1 is 4/);
      await expect(step.run({ ids: Int32Array.of(0, 2) })).rejects.toThrow(
        /^softmaxCrossEntropy: .*\n {2}allowed: 0 … 1, 3/,
      );
      await step.run({ ids: Int32Array.of(0, 3) });
      expect([...(await step.read("rows"))]).toEqual([1, 4]);
    });

    test("an optimizer whose parameters the loss does not use", async () => {
      const [used, unused] = [new Linear(2, 1), new Linear(2, 1)];
      const optimizer = new Adam([...used.parameters(), ...unused.parameters()], { lr: 0.1 });
      await expect(
        engine.capture({ x: [1, 2] }, ({ x }) => {
          const loss = sum(used.forward(x));
          optimizer.step(loss);
          return { loss };
        }),
      ).rejects.toThrow(/does not depend on parameter 2, 3/);
    });

    test("a capture whose function gives no tensors by name", async () => {
      const capture = (fn: () => unknown) => engine.capture({}, fn as () => Record<string, Tensor>);
      await expect(capture(async () => ({}))).rejects.toThrow(/capture: the function is asynchronous/);
      await expect(capture(() => tensor([1]))).rejects.toThrow(/capture: the function gives no outputs by name/);
      await expect(capture(() => undefined)).rejects.toThrow(/capture: the function gives no outputs by name/);
      await expect(capture(() => ({ loss: 3 }))).rejects.toThrow(/capture: output loss is no tensor/);
      const boolean = { x: { shape: [1], dtype: "bool" as "f32" } };
      await expect(engine.capture(boolean, ({ x }) => ({ x }))).rejects.toThrow(/feed x: bool is not fed/);
    });

    test("a feed of another capture, whose numbers are not there", async () => {
      let t: Tensor | undefined;
      await engine.capture({ x: [2] }, ({ x }) => {
        t = add(x, 10);
        return { y: t };
      });
      await expect(
        engine.capture({ z: [2] }, ({ z }) => ({ y: add(t!, z) })),
      ).rejects.toThrowErrorMatchingInlineSnapshot(`
        [CaptureError: capture: a feed of another capture has no value here
          x: f32[2]
          fix: compute what depends on it within this capture, from a feed of its own]
      `);
      const s = state("s", { shape: [2], dtype: "f32" });
      const assigning = engine.capture({}, () => {
        assign(s, t!);
        return {};
      });
      await expect(assigning).rejects.toThrow(/a feed of another capture/);
    });

    test("a capture without feeds, or without a function", async () => {
      const capture = engine.capture.bind(engine) as (...given: unknown[]) => Promise<unknown>;
      await expect(capture(() => ({ y: tensor([1]) }))).rejects.toThrowErrorMatchingInlineSnapshot(
        `
        [CaptureError: capture: the feeds are a function
          fix: capture({}, () => …) where there are none]
      `,
      );
      await expect(capture({})).rejects.toThrow(/capture: the step's function is undefined/);
      await expect(capture(undefined, () => ({}))).rejects.toThrow(/capture: the feeds are undefined/);
    });

    test("a read of what is no tensor", async () => {
      const read = (...what: unknown[]) => engine.read(...(what as [Tensor]));
      await expect(read(3)).rejects.toThrowErrorMatchingInlineSnapshot(
        `
        [CaptureError: read: 3 is no tensor
          fix: read(tensor), or read([one, another])]
      `,
      );
      await expect(read()).rejects.toThrow(/read: undefined is no tensor/);
      await expect(read([tensor([1]), [2]])).rejects.toThrow(/read: a plain array is no tensor/);
    });

    test("arrays that tensors are not made of", async () => {
      expect(() => tensor(new Float64Array(2) as never)).toThrow(/values: of type Float64Array/);
      expect(() => tensor(new Uint8Array(2) as never)).toThrow(/values: of type Uint8Array/);
      expect(() => tensor(new Float32Array(2), [2], "i32")).toThrow(/tensor: values of dtype f32\n {2}wants: i32/);
      expect(() => tensor([1], [1], "f16")).toThrow(/tensor: numbers are not stored as f16/);
      expect(() => tensor([1.5], [1], "i32")).toThrow(/tensor: element 0 is 1.5\n {2}dtype: i32/);
      expect(() => tensor([-1], [1], "u32")).toThrow(/tensor: element 0 is -1\n {2}dtype: u32/);
      expect(() => tensor([[1, 2], [3]])).toThrow(/tensor: rows differ in length\n {2}row 0: \[2\]\n {2}row 1: \[1\]/);
      expect(() => tensor([1, [2]])).toThrow(/tensor: element 1 is a row, the first is a number/);
      const step = await engine.capture({ x: { shape: [4], dtype: "u32" } }, ({ x }) => ({ y: add(x, 1) }));
      const bytes = Uint8Array.of(1, 2, 3, 4) as never;
      await expect(step.run({ x: bytes })).rejects.toThrow(/feed x: the values are of type Uint8Array/);
      step.dispose();
    });

    test("a buffer larger than the device grants: nothing stays allocated", async () => {
      const { inUse } = engine.memory;
      const tooLarge = engine.capture({ x: [1, 2 ** 20] }, ({ x }) => ({ y: relu(expand(x, [2 ** 13, 2 ** 20])) }));
      await expect(tooLarge).rejects.toThrow(/takes \d+ bytes/);
      expect(engine.memory.inUse).toBe(inUse);
      await expect(engine.capture({ x: [2 ** 20, 2 ** 13] }, ({ x }) => ({ y: relu(x) }))).rejects.toThrow(
        /takes \d+ bytes/,
      );
    });
  });
});
