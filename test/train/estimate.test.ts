import { expect, test, vi } from "vitest";
import { feed } from "../../src/graph/tensor";
import { BASELINE_TARGET as target } from "../../src/kernel/target";
import { Linear } from "../../src/nn/linear";
import { add } from "../../src/ops/add";
import { gather } from "../../src/ops/gather";
import { matmul } from "../../src/ops/matmul";
import { mean } from "../../src/ops/mean";
import { relu } from "../../src/ops/relu";
import { square } from "../../src/ops/square";
import { Adam } from "../../src/optim/adam";
import { plan } from "../../src/schedule/plan";
import { estimateOf } from "../../src/train/estimate";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

const f32 = (name: string, ...shape: number[]) => feed(name, { shape, dtype: "f32" });

test("a launch takes what its operations or its bytes take, and its own cost", () => {
  const product = plan({ outputs: [matmul(f32("a", 64, 64), f32("b", 64, 64))], target, fuse: true });
  expect(estimateOf(product, { flops: 1e6, bytes: 1e12, launch: 0.5 }).seconds).toBeCloseTo(0.5 + (2 * 64 ** 3) / 1e6);
  const sum = plan({ outputs: [add(f32("a", 1000), f32("b", 1000))], target, fuse: true });
  const { seconds, bytes, flops } = estimateOf(sum, { flops: 1e12, bytes: 1e3, launch: 0 });
  expect(seconds).toBeCloseTo(12);
  expect(bytes).toBe(sum.bytes.total);
  expect(flops).toBe(sum.flops);
});

test("of a table that a launch takes some rows from, only so much is counted", () => {
  const table = tensor(new Float32Array(100_000 * 4), [100_000, 4]);
  const rows = gather(table, 0, feed("i", { shape: [2, 4], dtype: "i32" }));
  const { seconds } = estimateOf(plan({ outputs: [rows], target, fuse: true }), { flops: 1e12, bytes: 1, launch: 0 });
  expect(seconds).toBeLessThan(200);
});

await describeOnDawn("an estimate", (engine) => {
  test("that fails leaves nothing behind, and the next one is made", async () => {
    const step = await engine.capture({ x: [4] }, ({ x }) => ({ y: square(x) }));
    const { inUse } = engine.memory;
    const capture = engine.capture.bind(engine);
    const spied = vi.spyOn(engine, "capture");
    spied.mockImplementationOnce(capture).mockRejectedValueOnce(new Error("no room"));
    await expect(engine.estimate(step)).rejects.toThrow("no room");
    spied.mockRestore();
    expect((await engine.estimate(step)).seconds).toBeGreaterThan(0);
    expect(engine.memory.inUse).toBe(inUse);
    step.dispose();
  });

  test("is within a small factor of what a step takes", async () => {
    const layers = [new Linear(256, 512), new Linear(512, 256), new Linear(256, 256)];
    const optimizer = new Adam(
      layers.flatMap((l) => l.parameters()),
      { lr: 1e-3 },
    );
    engine.trim();
    const { inUse } = engine.memory;
    const step = await engine.capture({ x: [256, 256] }, ({ x }) => {
      const loss = mean(square(layers.reduce((h, l) => relu(l.forward(h)), x)));
      optimizer.step(loss);
      return { loss };
    });
    const taken = engine.memory.inUse - inUse;
    const { seconds, flops, bytes } = await engine.estimate(step);
    expect(flops).toBeGreaterThan(3 * 2 * 256 * (256 * 512 * 2 + 256 * 256) * 0.8);
    expect(bytes).toBe(taken + step.plan.bytes.params);
    const run = async (n: number) => {
      const began = performance.now();
      for (let i = 0; i < n; i++) await step.run(i ? {} : { x: new Float32Array(256 * 256).fill(0.1) });
      await step.read("loss");
      return (performance.now() - began) / 1000 / n;
    };
    await run(5);
    const measured = await run(10);
    expect(seconds).toBeGreaterThan(0);
    // A machine that is busy meanwhile stretches either of the two: this only refuses an estimate that is off altogether.
    expect(Math.abs(Math.log10(seconds / measured))).toBeLessThan(1.5);
    step.dispose();
  });
});
