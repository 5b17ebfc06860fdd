// The playground's network without its page: what the worker drives.
import { describe, expect, test } from "vitest";
import { type MeasureEvent, type PlaygroundEvent, PlaygroundRun } from "../../demos/playground/experiment";
import type { PlaygroundOptions } from "../../demos/playground/parts";
import { decodeSafetensors } from "../../src/index";
import { nodeRuntime } from "../device";

const OPTIONS: PlaygroundOptions = {
  data: "xor",
  noise: 0.1,
  trainShare: 0.5,
  features: ["x1", "x2"],
  widths: [],
  activation: "tanh",
  optimizer: "adam",
  lr: 0.01,
  l2: 0,
  batch: 8,
  steps: 19,
  seed: 0,
};

const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

describe.skipIf(reason)(`playground in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  test("saved while it trains, a run resumes at the step that its states have reached", async () => {
    const run = await PlaygroundRun.create(OPTIONS, () => {});
    const step = run.parts.training;
    const submit = step.run.bind(step);
    let saved: Promise<Uint8Array> | undefined;
    // A run that is measured is submitted a while before it says so.
    step.run = async () => {
      await submit();
      if (step.runs === 3) saved = run.checkpoint("");
    };
    await run.train(() => {}, new AbortController().signal);
    const checkpoint = (await saved)!;
    const { metadata, tensors } = decodeSafetensors(checkpoint);
    expect([metadata.step, tensors.get("optimizer.step")!.values[0]]).toEqual(["3", 3]);
    const second = await PlaygroundRun.create(OPTIONS, () => {}, checkpoint);
    expect(second.done).toBe(3);
    await second.train(() => {}, new AbortController().signal);
    expect([run.done, second.done]).toEqual([19, 19]);
    for (const r of [run, second]) r.dispose();
  });

  test("a lost device costs nothing, in training and at rest", async () => {
    const never = new AbortController().signal;
    const whole = await PlaygroundRun.create({ ...OPTIONS, steps: 60 }, () => {});
    await whole.train(() => {}, never);
    const run = await PlaygroundRun.create({ ...OPTIONS, steps: 60 }, () => {});
    const told: [string, number][] = [];
    let stepsBefore: Promise<number> | undefined;
    await run.train((e) => {
      if (e.event === "step" || e.event === "recovered") told.push([e.event, e.step]);
      if (told.length !== 1 || stepsBefore) return;
      run.engine.runtime.device.destroy();
      stepsBefore = run.recover(() => {}).then(() => run.done);
    }, never);
    // Whoever waits for the recovery need not wait for the training: the device may be lost again.
    expect(await stepsBefore).toBeLessThan(60);
    expect(told.filter(([event]) => event === "recovered")).toHaveLength(1);
    run.engine.runtime.device.destroy();
    await run.lost;
    await run.recover((e) => e.event === "recovered" && told.push([e.event, e.step]));
    expect(told.at(-1)).toEqual(["recovered", 60]);
    expect(await run.checkpoint("")).toEqual(await whole.checkpoint(""));
    for (const r of [run, whole]) r.dispose();
  });

  test("a look taken while a step is made tells of the steps that it has seen", async () => {
    const run = await PlaygroundRun.create(OPTIONS, () => {});
    const told: MeasureEvent[] = [];
    const listen = (e: PlaygroundEvent) => void (e.event === "measure" && told.push(e));
    await run.measure(listen);
    for (let i = 0; i < 5; i++) await Promise.all([run.measure(listen), run.step(listen), run.measure(listen)]);
    const losses = new Map<number, Set<number>>();
    for (const { step, trainLoss } of told) losses.set(step, (losses.get(step) ?? new Set()).add(trainLoss));
    expect([...losses.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    for (const [step, seen] of losses) expect([step, seen.size]).toEqual([step, 1]);
    run.dispose();
  });
});
