// A device that is gone: every call says so, none pretends to have done anything.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
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
    await expect(step.profile()).rejects.toThrow(why);
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

  test("disposed of during a capture", async () => {
    const { engine } = await make();
    const captured = engine.capture({ x: [3] }, ({ x }) => ({ y: mul(x, 7) }));
    engine.dispose();
    await expect(captured).rejects.toThrow(/the engine has been disposed of/);
  });

  test.each(["its own", "a shared"])(
    "an engine on %s device that was disposed of is collected as garbage",
    async (whose) => {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      const owner = await Engine.create({ tuning: false });
      const { device } = owner.runtime;
      let freed = 0;
      const registry = new FinalizationRegistry(() => freed++);
      for (let i = 0; i < 4; i++) {
        const engine = await Engine.create(whose === "its own" ? { tuning: false } : { tuning: false, device });
        await engine.read(mul(tensor([1]), 2));
        registry.register(engine.runtime, i);
        engine.dispose();
      }
      await vi.waitFor(() => {
        collect();
        // The last one may still be a local of the loop.
        expect(freed).toBeGreaterThan(2);
      });
      owner.dispose();
    },
  );

  test("a device that is given up is not listened to any more: it would keep the whole engine alive", async () => {
    const owners = [await Engine.create({ tuning: false }), await Engine.create({ tuning: false })];
    const devices = owners.map((e) => e.runtime.device);
    const spies = devices.map((d) => ({
      added: vi.spyOn(d, "addEventListener"),
      removed: vi.spyOn(d, "removeEventListener"),
    }));
    const calls = (i: number) => [spies[i]!.added.mock.calls, spies[i]!.removed.mock.calls];
    const adapter = { features: new Set(), limits: {}, info: {}, requestDevice: async () => devices.shift()! };
    const engine = await Engine.create({ gpu: { requestAdapter: async () => adapter } as never, tuning: false });
    expect(calls(0)).toEqual([[["uncapturederror", expect.any(Function)]], []]);
    await engine.recover(await engine.snapshot());
    expect(calls(0)[1]).toEqual(calls(0)[0]);
    expect(calls(1)).toEqual([[["uncapturederror", expect.any(Function)]], []]);
    engine.dispose();
    expect(calls(1)[1]).toEqual(calls(1)[0]);
    for (const owner of owners) owner.dispose();
  });
});
