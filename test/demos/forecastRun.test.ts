// The forecasting network without its page: what the worker and the command line drive.
import { describe, expect, test } from "vitest";
import { splitOf, statisticsOf, windowsOf } from "../../demos/forecast/data";
import { createForecast, type ForecastOptions } from "../../demos/forecast/experiment";
import { LEADS } from "../../demos/forecast/freeRun";
import { errorsOf, growthOf, seasonBefore, skillOf } from "../../demos/forecast/scores";
import type { Series } from "../../demos/forecast/series";
import { settingsFor } from "../../demos/forecast/settings";
import { decodeSafetensors, encodeSafetensors, type TrainEvent } from "../../src/index";
import { nodeRuntime } from "../device";

const TINY = { hidden: 8, window: 12, batch: 16, layers: 2, lr: 0.01, steps: 16 } as const;

const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

/** Nothing that was measured before: kernels differ in the order of summation. */
const tuning = { load: async () => ({}), save: async () => {} };

/** A small run, and what it has told so far. */
async function open(options: ForecastOptions = {}) {
  const events: TrainEvent[] = [];
  const on = (e: TrainEvent) => void events.push(e);
  const run = await createForecast({ ...TINY, tuning, ...options }, on);
  const losses = () => events.flatMap((e) => (e.event === "step" ? [e.loss] : []));
  return { run, events, on, losses };
}

describe.skipIf(reason)(`forecast in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  test("chaos is foretold better than naively, a random walk is not", async () => {
    const scores = async (series: "chaos" | "walk") => {
      const { run, on, events } = await open({ series, layers: 1, window: 16, steps: 150 });
      await run.train(on);
      run.dispose();
      return events.at(-1) as Extract<TrainEvent, { event: "done" }>;
    };
    const [chaos, walk] = [await scores("chaos"), await scores("walk")];
    expect(chaos).toMatchObject({ event: "done", model: "forecast", steps: 150 });
    expect(chaos.skill).toBeGreaterThan(0.5);
    expect(chaos.testRmse).toBeLessThan(0.4);
    expect(walk.skill).toBeLessThan(0.05);
    expect(walk.skill).toBeGreaterThan(-0.5);
  });

  test.each(["lstm", "gru", "rnn"] as const)("%s: resumed = never stopped, bit for bit", async (cell) => {
    const whole = await open({ cell, horizon: 3 });
    await whole.run.train(whole.on);
    const first = await open({ cell, horizon: 3 });
    for (let i = 0; i < 7; i++) await first.run.step(first.on);
    // A single step is one of the whole run.
    const told = first.events.flatMap((e) => (e.event === "step" ? [e] : []));
    expect(new Set(told.map((e) => e.steps))).toEqual(new Set([first.run.steps]));
    expect(told.at(-1)!.secondsLeft).toBeGreaterThan(0);
    const resume = await first.run.checkpoint();
    const unset = { hidden: undefined, window: undefined, batch: undefined, layers: undefined, steps: undefined };
    const second = await open({ ...unset, resume });
    expect(second.run.settings).toMatchObject({
      cell,
      hidden: 8,
      window: 12,
      layers: 2,
      horizon: 3,
      series: "seasons",
    });
    await second.run.train(second.on);
    expect([...first.losses(), ...second.losses()]).toEqual(whole.losses());
    const { seconds: _, ...scores } = whole.events.at(-1) as unknown as Record<string, unknown>;
    expect(second.events.at(-1)).toMatchObject(scores);
    for (const { run } of [whole, first, second]) run.dispose();
  });

  test("a checkpoint holds the scale of what was learnt from; others are refused", async () => {
    const { run } = await open();
    const resume = await run.checkpoint();
    const { tensors } = decodeSafetensors(resume);
    const numberOf = (name: string) => tensors.get(name)!.values[0];
    const { series, split } = run.parts;
    const learnt = series.values.subarray(split.train.start, split.train.end);
    const mean = learnt.reduce((a, b) => a + b, 0) / learnt.length;
    expect(numberOf("mean")).toBeCloseTo(mean, 4);
    expect(numberOf("std")).toBeCloseTo(run.parts.statistics.std[0]!, 5);
    run.dispose();
    await expect(open({ window: 13, resume })).rejects.toThrow(/made with window 12/);
    const other = encodeSafetensors({ tensors: new Map(), metadata: { model: "names", step: "3" } });
    await expect(open({ resume: other })).rejects.toThrow(/holds a run of names, not of forecast/);
    const damaged = encodeSafetensors({ tensors: new Map(), metadata: { model: "forecast", step: "3" } });
    await expect(open({ resume: damaged })).rejects.toThrow(/metadata are damaged/);
  });

  test.each([1, 7])(
    "running on from %i values at a time = reading its own forecasts as if measured",
    async (horizon) => {
      const { run, on } = await open({ horizon });
      await run.train(on);
      const { values, start, from, free, ahead } = await run.picture(100);
      expect([from, free.length]).toEqual([100, LEADS]);
      const { engine, parts } = run;
      const step = await engine.capture({ window: [1, 12] }, ({ window }) => ({
        forecast: parts.model.forward(window),
      }));
      const known = [...parts.series.values.subarray(start + from - 12, start + from)];
      while (known.length < 12 + LEADS) {
        await step.run({ window: Float32Array.from(known.slice(-12)) });
        known.push(...((await step.read("forecast")) as Float32Array));
      }
      const own = known.slice(12, 12 + LEADS);
      own.forEach((v, i) => {
        expect(free[i], `step ${i}`).toBeCloseTo(v, 2);
      });
      // The first forecast made from measured values alone is the same one.
      expect(ahead[from + horizon - 1]).toBeCloseTo(own[horizon - 1]!, 3);
      expect(values).toHaveLength(450);
      expect([...ahead.slice(0, horizon - 1)].every(Number.isNaN)).toBe(true);
      run.dispose();
    },
  );

  test("the same seed makes the same series, another one another; too long a window is refused in a sentence", async () => {
    const seriesOf = async (options: ForecastOptions) => {
      const { run } = await open(options);
      const { values } = run.parts.series;
      run.dispose();
      return values;
    };
    const first = await seriesOf({});
    expect(await seriesOf({})).toEqual(first);
    expect(await seriesOf({ seed: 1 })).not.toEqual(first);
    await expect(open({ window: 3000 })).rejects.toThrow("windows of 3000 values and forecasts of 1 are too long");
  });
});

const ramp: Series = {
  values: Float32Array.from({ length: 100 }, (_, t) => (t % 10) + t),
  season: 10,
  unknowable: () => 0,
};

test("windows: targets lie in their stretch, inputs right before them, and the scale is of the past alone", () => {
  const split = splitOf(100);
  expect(split).toEqual({ train: { start: 0, end: 70 }, dev: { start: 70, end: 85 }, test: { start: 85, end: 100 } });
  const windows = windowsOf(ramp, split.dev, 4, 2);
  expect([windows.count, windows.places[0], windows.places.at(-1)]).toEqual([14, 70, 83]);
  expect([...windows.inputs.subarray(0, 4)]).toEqual([72, 74, 76, 78]);
  expect([...windows.targets.subarray(0, 2)]).toEqual([70, 72]);
  expect(windowsOf(ramp, split.train, 4, 2).places[0]).toBe(4);
  const { mean, std } = statisticsOf(ramp, split);
  expect(mean[0]).toBeCloseTo(39, 5);
  expect(std[0]).toBeGreaterThan(20);
  expect(() => windowsOf(ramp, split.dev, 4, 16)).toThrow(/too long for it/);
});

test("errors and skill: naive forecasts, by the formula", () => {
  const windows = windowsOf(ramp, { start: 70, end: 80 }, 4, 2);
  const perfect = errorsOf(ramp, windows, windows.targets, 2);
  expect(perfect.network).toBe(0);
  // A season before all was 10 less.
  expect(perfect.season).toBeCloseTo(5, 6);
  expect(skillOf(perfect)).toBe(1);
  const asLast = Float32Array.from(windows.targets, (_, i) => ramp.values[windows.places[i >> 1]! - 1]!);
  const naive = errorsOf(ramp, windows, asLast, 2);
  expect(naive.network).toBeCloseTo(naive.last, 6);
  expect(skillOf(naive)).toBeCloseTo(0, 6);
  expect(skillOf({ network: 2, last: 1, season: 3, unknowable: 0 })).toBe(-3);
  expect([1, 10, 11].map((lead) => seasonBefore(ramp, 50, lead))).toEqual([40, 58, 40]);
  const growth = growthOf(ramp, [50, 60], Float32Array.of(50, 52, 54, 60, 62, 64), 1);
  expect([...growth.network]).toEqual([0, 0, 0]);
  expect([...growth.season]).toEqual([10, 10, 10]);
});

test("settings: as given, else as stored, else the usual ones", () => {
  expect(settingsFor({ lr: 1 }, { lr: 2, layers: 3, series: "walk" })).toMatchObject({
    ...{ lr: 1, layers: 3, series: "walk", cell: "gru", horizon: 1 },
  });
  expect(() => settingsFor({ series: "chaos" }, { series: "walk" })).toThrow(/made with series walk/);
});
