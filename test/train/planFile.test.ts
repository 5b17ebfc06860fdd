// Captured steps as files: what is loaded goes on exactly as what was saved.
import { expect, test } from "vitest";
import { CheckpointError } from "../../src/core/errors";
import { decodeSafetensors, encodeSafetensors } from "../../src/io/safetensors";
import { softmax } from "../../src/ops/softmax";
import { Engine } from "../../src/train/engine";
import { describeOnDawn } from "../device";
import { captureSmallStep, feeds } from "../smallStep";

const { x, labels } = feeds;

async function capture(engine: Engine) {
  const { model, optimizer, train } = await captureSmallStep(engine);
  model.eval();
  const predict = await engine.capture({ x: [8, 5] }, ({ x }) => ({ probabilities: softmax(model.forward(x)) }));
  return { train, predict, lr: optimizer.lr };
}

await describeOnDawn("files of captured steps", (engine) => {
  const fresh = () => Engine.create({ device: engine.runtime.device, tuning: false });

  test("a loaded step trains on, bit for bit, and shares its states with the others of the file", async () => {
    const { train, predict, lr } = await capture(engine);
    for (let i = 0; i < 3; i++) await train.run({ x, labels });
    const bytes = await engine.save({ train, predict }, { lr });
    const elsewhere = await fresh();
    const { steps, states } = await elsewhere.load(bytes);
    expect(String(steps.train!.plan)).toBe(String(train.plan));
    for (const [a, b] of [
      [train, predict],
      [steps.train!, steps.predict!],
    ] as const) {
      for (let i = 0; i < 5; i++) await a.run({ x, labels } as never);
      await b.run({ x } as never);
    }
    expect((await steps.train!.drain()).map((s) => s.values.loss)).toEqual(
      (await train.drain()).slice(-5).map((s) => s.values.loss),
    );
    expect(await steps.predict!.read("probabilities")).toEqual(await predict.read("probabilities"));
    elsewhere.write(states.lr!, Float32Array.of(0));
    await steps.train!.run();
    const before = await steps.predict!.read("probabilities");
    await steps.predict!.run();
    expect(await steps.predict!.read("probabilities")).toEqual(before);
    await expect(steps.train!.run({ labels: labels.with(2, 7) } as never)).rejects.toThrow(/element 2 is 7/);
  });

  test("what is no such file, or is for another device, is refused before anything is written", async () => {
    const { train } = await capture(engine);
    await train.run({ x, labels });
    const bytes = await engine.save({ train });
    const created = engine.memory.created;
    await expect(engine.load(bytes.slice(0, -4))).rejects.toThrow(CheckpointError);
    const { tensors, metadata } = decodeSafetensors(bytes);
    const foreign = (change: Record<string, string>) =>
      engine.load(encodeSafetensors({ tensors, metadata: { ...metadata, ...change } }), { file: "steps.safetensors" });
    await expect(foreign({ format: "pt" })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [CheckpointError: steps.safetensors: no file of captured steps
        format: pt
        wants: wgrad plan 1]
    `);
    await expect(foreign({ plan: "{ broken" })).rejects.toThrow(
      /^steps\.safetensors: its plan is malformed\n {2}because: /,
    );
    const { plan: _, ...without } = metadata;
    await expect(engine.load(encodeSafetensors({ tensors, metadata: without }))).rejects.toThrow(CheckpointError);
    const plan = JSON.parse(metadata.plan!);
    const [feed] = Object.keys(plan.steps.train.feeds);
    for (const wrong of [
      null,
      [],
      { ...plan, variants: undefined },
      { ...plan, tensors: plan.tensors.slice(1) },
      { ...plan, states: { lr: plan.tensors.length } },
      { ...plan, steps: { train: { ...plan.steps.train, places: [[0]] } } },
      { ...plan, steps: { train: { ...plan.steps.train, feeds: { [feed!]: -1 } } } },
    ])
      await expect(foreign({ plan: JSON.stringify(wrong) })).rejects.toThrow(
        /^steps\.safetensors: its plan is malformed/,
      );
    expect(engine.memory.created).toBe(created);
    plan.variants[0].enables = ["subgroups", "chromium_experimental"];
    plan.subgroupSize = 64;
    await expect(foreign({ plan: JSON.stringify(plan) })).rejects.toThrow(/made for another kind of device/);
    expect(engine.memory.created).toBe(created);
  });
});
