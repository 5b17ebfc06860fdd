// A device that is gone: every call says so, none pretends to have done anything.
import { describe, expect, test } from "vitest";
import { Linear, loadCheckpoint, mul, saveCheckpoint, state, tensor } from "../../src/index";
import { Engine } from "../../src/train/engine";
import { nodeRuntime } from "../device";

const { runtime, reason } = await nodeRuntime();

describe.skipIf(!runtime)(`a lost device in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  const make = async () => {
    const engine = await Engine.create({ tuning: false });
    const s = state("s", { shape: [1], dtype: "f32" });
    const step = await engine.capture({ x: [1] }, ({ x }) => ({ y: mul(x, 2) }));
    await step.run({ x: Float32Array.of(1) });
    const model = new Linear(1, 1);
    return { engine, step, s, model, saved: await saveCheckpoint(engine, { model }) };
  };
  const refusals = async ({ engine, step, s, model, saved }: Awaited<ReturnType<typeof make>>, why: RegExp) => {
    await expect(step.run({ x: Float32Array.of(1) })).rejects.toThrow(why);
    await expect(step.read("y")).rejects.toThrow(why);
    await expect(step.drain()).rejects.toThrow(why);
    await expect(engine.read(mul(tensor([1]), 2))).rejects.toThrow(why);
    await expect(engine.capture({}, () => ({ y: tensor([1]) }))).rejects.toThrow(why);
    await expect(saveCheckpoint(engine, { model })).rejects.toThrow(why);
    expect(() => engine.write(s, Float32Array.of(1))).toThrow(why);
    expect(() => loadCheckpoint(engine, saved, { model })).toThrow(why);
  };

  test("lost, with a run under way", async () => {
    const all = await make();
    const pending = all.step.read("y");
    all.engine.runtime.device.destroy();
    await pending.catch((error: Error) => expect(error.message).toMatch(/the GPU device was lost/));
    expect(await all.engine.lost).toMatch(/the GPU device was lost \(destroyed\)/);
    await refusals(all, /the GPU device was lost \(destroyed\)(.|\n)*fix: engine.recover\(snapshot\)/);
  });

  test("disposed of", async () => {
    const all = await make();
    all.engine.dispose();
    await refusals(all, /the engine has been disposed of/);
  });
});
