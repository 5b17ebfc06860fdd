// A step that looks for NaN names the first op that makes one, and the line that called it.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parameter, state } from "../../src/graph/tensor";
import { add, Linear, log, mseLoss, mul, relu, SGD, sqrt, sub, sum } from "../../src/index";
import { describeOnDawn } from "../device";

await describeOnDawn("debugging", (engine) => {
  const parameterOf = (...values: number[]) =>
    parameter("p", { shape: [values.length], dtype: "f32" }, () => Float32Array.from(values));

  test("the first op of several, in the middle of a chain", async () => {
    const record = ({ x }: { x: Parameters<typeof sqrt>[0] }) => ({
      y: sum(mul(log(add(sqrt(sub(x, 1)), 2)), 3)),
    });
    const step = await engine.capture({ x: [4] }, record, { debug: true });
    await step.run({ x: Float32Array.of(1, 2, 3, 4) });
    expect(step.runs).toBe(1);
    const plain = await engine.capture({ x: [4] }, record);
    await plain.run({ x: Float32Array.of(1, 2, 3, 4) });
    expect((await step.read("y"))[0]).toBeCloseTo((await plain.read("y"))[0]!, 5);
    expect((await step.drain())[0]!.values.y).toBe((await step.read("y"))[0]);
    const failed = step.run({ x: Float32Array.of(1, 2, 0.5, 4) });
    await expect(failed).rejects.toThrow(/^sqrt: makes a NaN, first at element 2 of f32\[4\]/);
    const line =
      readFileSync(import.meta.filename, "utf8")
        .split("\n")
        .findIndex((l) => l.includes("sqrt(sub(x, 1))")) + 1;
    await expect(failed).rejects.toThrow(
      new RegExp(`called at: .*debug\\.test\\.ts:${line}:\\d+\\n {2}inputs: f32\\[4\\]`),
    );
    expect(step.runs).toBe(1);
  });

  test("a gradient that is none, before anything has moved", async () => {
    const p = parameterOf(0, 4);
    const optimizer = new SGD([p], { lr: 0.1 });
    // √p at 0 has an infinite slope, which 0 · ∞ makes NaN.
    const step = await engine.capture(
      {},
      () => {
        optimizer.step(sum(mul(sqrt(p), sub(p, p))));
        return {};
      },
      { debug: true },
    );
    await expect(step.run()).rejects.toThrow(
      /makes a NaN, first at element 0 of f32\[2\](.|\n)*called at: .*debug\.test/,
    );
    expect([...(await engine.read(p))]).toEqual([0, 4]);
  });

  test("a state that was none before", async () => {
    const s = state("running", { shape: [2], dtype: "f32" }, () => Float32Array.of(1, Number.NaN));
    const step = await engine.capture({}, () => ({ y: add(s, 1) }), { debug: true });
    await expect(step.run()).rejects.toThrow(/^running: is NaN before the step, first at element 1 of f32\[2\]/);
  });

  test("training goes as without it", async () => {
    const losses = async (debug: boolean) => {
      const layer = new Linear(3, 2);
      engine.write(layer.weight, Float32Array.of(0.1, -0.2, 0.3, 0.4, -0.5, 0.6));
      engine.write(layer.bias!, Float32Array.of(0, 0));
      const optimizer = new SGD(layer.parameters(), { lr: 0.1, momentum: 0.9 });
      const step = await engine.capture(
        { x: [4, 3], y: [4, 2] },
        ({ x, y }) => {
          const loss = mseLoss(relu(layer.forward(x)), y);
          optimizer.step(loss);
          return { loss };
        },
        { debug },
      );
      const x = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
      const y = Float32Array.from({ length: 8 }, (_, i) => Math.cos(i) ** 2);
      for (let i = 0; i < 5; i++) await step.run({ x, y });
      return (await step.drain()).map(({ values }) => values.loss);
    };
    const [plain, watched] = [await losses(false), await losses(true)];
    expect(watched).toHaveLength(5);
    for (const [i, loss] of watched.entries()) expect(loss).toBeCloseTo(plain[i]!, 5);
  });
});
