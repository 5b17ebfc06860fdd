// The training loop: which steps it tells of, and which steps it takes.
import { expect, test, vi } from "vitest";
import { state } from "../../src/graph/tensor";
import { add } from "../../src/ops/add";
import { mean } from "../../src/ops/mean";
import type { Optimizer } from "../../src/optim/optimizer";
import type { Engine } from "../../src/train/engine";
import type { EvalEvent, StepEvent } from "../../src/train/events";
import { type FitOptions, type FittedStep, fit } from "../../src/train/fit";
import type { Recovery } from "../../src/train/recovery";
import { describeOnDawn } from "../device";

/** A step whose losses are the numbers of its runs, kept as a captured one keeps them: the newest 256. */
function numbered(run: () => Promise<void> = async () => {}) {
  let drained = 0;
  const step = {
    runs: 0,
    async run() {
      step.runs++;
      await run();
    },
    async drain() {
      const first = Math.max(drained, step.runs - 256);
      drained = step.runs;
      return Array.from({ length: step.runs - first }, (_, i) => ({ run: first + i, values: { loss: first + i } }));
    },
  };
  return step;
}

const optimizer = {} as Optimizer;
const noDevice = { write() {}, runtime: {} } as unknown as Engine;

/** The step events of a run of `fit`. */
async function events(step: FittedStep, options: Partial<FitOptions> = {}): Promise<StepEvent[]> {
  const told: StepEvent[] = [];
  const onEvent = (e: { event: string }) => void (e.event === "step" && told.push(e as StepEvent));
  const usual = { engine: noDevice, optimizer, schedule: () => 0.1, start: 0, batch: 1, stepsPerEpoch: 100 };
  await fit({ ...usual, end: 3, ...options, step, onEvent });
  return told;
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test("every step is told of, however many of them fit between two reports", async () => {
  const told = await events(numbered(), { end: 1000, reportEvery: 60_000 });
  expect(told.map((e) => e.step)).toEqual(upTo(1000));
  expect(told.map((e) => e.loss)).toEqual(upTo(1000).map((n) => n - 1));
});

test("as few reports as the losses that are kept allow", async () => {
  let drains = 0;
  const step = numbered();
  const drain = step.drain;
  step.drain = () => {
    drains++;
    return drain();
  };
  await events(step, { end: 1000, reportEvery: 60_000 });
  expect(drains).toBeLessThan(10);
});

test("losses of runs before it are not told of", async () => {
  const step = numbered();
  await step.run();
  await step.run();
  const told = await events(step, { start: 7, end: 9 });
  expect(told.map((e) => [e.step, e.loss])).toEqual([
    [8, 2],
    [9, 3],
  ]);
});

test("time counts once, also where an evaluation is ended by the loss of the device", async () => {
  let seconds = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => 1000 * seconds);
  let evaluations = 0;
  const evaluate = async () => {
    if (!evaluations++) throw new Error("lost");
    return { event: "eval" } as EvalEvent;
  };
  const recovery = { due: false, keep: async () => {}, back: async () => ({ step: 1, reason: "lost" }) };
  const step = numbered(async () => void seconds++);
  const options = { end: 2, evaluateEvery: 1, evaluate, recovery: recovery as unknown as Recovery };
  const told = await events(step, options).finally(() => clock.mockRestore());
  expect(evaluations).toBe(2);
  expect(told.map((e) => e.examplesPerSecond)).toEqual([1, 1]);
});

await describeOnDawn("fit", (engine) => {
  const x = { shape: [4], dtype: "f32" } as const;

  test("a loss that is not one number is refused, and nothing is run", async () => {
    const step = await engine.capture({}, () => ({ loss: add(state("losses", x), 1) }));
    await expect(events(step, { engine })).rejects.toThrowErrorMatchingInlineSnapshot(
      `
      [CaptureError: fit: the step needs an output loss of one f32 element
        loss: f32[4]]
    `,
    );
    expect(step.runs).toBe(0);
    step.dispose();
  });

  test("numbers and functions that it cannot do without are asked for, and nothing is run", async () => {
    const step = numbered();
    await expect(events(step, { end: undefined as unknown as number })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: fit: end undefined
        wants: a number]
    `);
    await expect(events(step, { batch: "8" as unknown as number })).rejects.toThrow(
      /fit: batch 8\n {2}wants: a number/,
    );
    const schedule = 0.1 as unknown as FitOptions["schedule"];
    await expect(events(step, { schedule })).rejects.toThrow(/fit: schedule 0.1\n {2}wants: a function/);
    expect(step.runs).toBe(0);
  });

  test("a step that has to be fed is refused", async () => {
    const step = await engine.capture({ x }, ({ x }) => ({ loss: mean(x) }));
    await step.run({ x: new Float32Array(4) });
    await expect(events(step, { engine })).rejects.toThrowErrorMatchingInlineSnapshot(
      `
      [CaptureError: fit: the step has feeds, and would be fed nothing
        feeds: x
        fix: take the batch from a loader inside the step, or run the step in a loop of your own]
    `,
    );
    expect(step.runs).toBe(1);
    step.dispose();
  });
});
