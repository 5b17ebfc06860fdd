// What an engine is given by mistake is refused before any of it reaches the device.
import { expect, test } from "vitest";
import * as wgrad from "../../src/index";
import { describeOnDawn } from "../device";

// biome-ignore lint/suspicious/noExplicitAny: the calls are wrong on purpose.
const api = wgrad as any;

await describeOnDawn("engine", (given) => {
  // biome-ignore lint/suspicious/noExplicitAny: the calls are wrong on purpose.
  const engine = given as any;
  const model = new wgrad.Linear(2, 2);
  const weight = model.weight;
  const computed = wgrad.relu(weight);
  const generator = wgrad.createGenerator(1);

  const wrong: [string, () => unknown, string][] = [
    ["save of no steps", () => engine.save(), "save: the steps are undefined"],
    ["save of something else", () => engine.save({ model }), "save: the step is of type Linear"],
    ["save of a number as a state", () => engine.save({}, { lr: 0.1 }), "save: lr is no state"],
    ["save of a computed tensor", () => engine.save({}, { computed }), "save: computed is no state\n  given: a tensor"],
    ["a checkpoint of nothing", () => api.saveCheckpoint(engine, {}), "saveCheckpoint: the model is undefined"],
    [
      "a checkpoint with a generator",
      () => api.saveCheckpoint(engine, { model, states: { generator } }),
      "saveCheckpoint: generator is no state",
    ],
    [
      "a checkpoint with what is computed",
      () => api.saveCheckpoint(engine, { model, states: { computed } }),
      "saveCheckpoint: computed is no state",
    ],
    ["a checkpoint without an engine", () => api.saveCheckpoint(), "saveCheckpoint: the engine is undefined"],
    ["no engine to load", () => api.loadCheckpoint(undefined, new Uint8Array(8)), "loadCheckpoint: the engine is"],
    ["no model to load", () => api.loadCheckpoint(engine, new Uint8Array(8), {}), "loadCheckpoint: the model is"],
    ["tune of nothing", () => engine.tune(), "tune: the step is undefined"],
    ["estimate of nothing", () => engine.estimate(), "estimate: the step is undefined"],
    ["write to nothing", () => engine.write(), "write: the tensor is no state"],
    ["write of nothing", () => engine.write(weight), "write: the values are undefined"],
    ["release of nothing", () => engine.release(undefined), "release: undefined holds no states"],
    ["release of a list", () => engine.release([weight]), "release: a plain array holds no states"],
    ["recovery of nothing", () => new api.Recovery(), "Recovery: the engine is undefined"],
    ["recovery at no time", () => new api.Recovery(engine, NaN), "Recovery: every NaN"],
  ];
  test.each(wrong)("%s", async (_, call, message) => {
    const made = (async () => call())();
    await expect(made).rejects.toThrow(wgrad.WgradError);
    await expect(made).rejects.toThrow(message);
  });

  test("tune with what cannot be called", async () => {
    const step = await engine.capture({}, () => ({ out: wgrad.relu(weight) }));
    await expect(engine.tune(step, {})).rejects.toThrow("tune: onMeasured [object Object]");
    await expect(engine.capture({}, () => ({}), { onCompile: "log" })).rejects.toThrow("capture: onCompile log");
  });

  test("run of no feeds", async () => {
    const step = await engine.capture({}, () => ({ out: wgrad.relu(weight) }));
    await expect(step.run(null)).rejects.toThrow("run: feeds are null");
    await expect(step.run([1])).rejects.toThrow("run: feeds are [1]");
  });

  test("readAll without names", async () => {
    const step = await engine.capture({}, () => ({ out: wgrad.relu(weight) }));
    await step.run();
    await expect(step.readAll()).rejects.toThrow("readAll: names is undefined");
  });
});
