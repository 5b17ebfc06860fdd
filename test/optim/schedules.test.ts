// Schedules against numbers worked out by hand.
import { expect, test } from "vitest";
import { DataError } from "../../src/core/errors";
import { ReduceOnPlateau } from "../../src/optim/reduceOnPlateau";
import {
  constantSchedule,
  cosineRestartsSchedule,
  cosineSchedule,
  exponentialSchedule,
  inverseTimeSchedule,
  linearSchedule,
  multiStepSchedule,
  oneCycleSchedule,
  polynomialSchedule,
  type Schedule,
  stepSchedule,
  warmUp,
} from "../../src/optim/schedules";

const expectRates = (schedule: Schedule, rates: Record<number, number>) =>
  expect(Object.keys(rates).map((step) => schedule(Number(step)))).toEqual(
    Object.values(rates).map((rate) => expect.closeTo(rate, 10)),
  );

test("constant, step, exponential", () => {
  expectRates(constantSchedule(0.3), { 0: 0.3, 1000: 0.3 });
  expectRates(stepSchedule(1, { every: 10 }), { 0: 1, 9: 1, 10: 0.1, 25: 0.01 });
  expectRates(exponentialSchedule(2, { gamma: 0.5 }), { 0: 2, 3: 0.25 });
  // As torch.optim.lr_scheduler.MultiStepLR: a milestone that is named twice counts twice.
  expectRates(multiStepSchedule(1, { milestones: [3, 5, 5] }), { 0: 1, 2: 1, 3: 0.1, 4: 0.1, 5: 0.001, 9: 0.001 });
  for (const milestones of [[5, 3], [-1], [Number.NaN], undefined, 3])
    expect(() => multiStepSchedule(1, { milestones: milestones as number[] })).toThrow("an ascending list of steps");
});

test("inverse time: α₀ / (1 + decay · epoch)", () => {
  expectRates(inverseTimeSchedule(0.2, { decay: 1 }), { 0: 0.2, 1: 0.1, 3: 0.05 });
  expectRates(inverseTimeSchedule(0.2, { decay: 0.5, every: 100 }), { 0: 0.2, 99: 0.2, 100: 0.2 / 1.5, 250: 0.1 });
});

test("linear and polynomial", () => {
  expectRates(linearSchedule(1, { steps: 10, final: 0.5 }), { 0: 1, 4: 0.8, 10: 0.5, 20: 0.5 });
  // (1 − 1/2)² = 1/4 of the way from 0.2 to 1.
  expectRates(polynomialSchedule(1, { steps: 8, power: 2, final: 0.2 }), { 0: 1, 4: 0.4, 8: 0.2, 9: 0.2 });
});

test("cosine, with warm-up and with restarts", () => {
  const cosine = cosineSchedule(1, { steps: 110, warmUp: 10, final: 0.2 });
  expectRates(cosine, { 0: 0.1, 9: 1, 10: 1, 60: 0.6, 110: 0.2, 500: 0.2 });
  // A third of the way: cos 60° = 1/2, so 3/4 of the height.
  expectRates(cosineRestartsSchedule(1, { period: 6 }), {
    0: 1,
    2: 0.75,
    3: 0.5,
    5: (1 - Math.sqrt(3) / 2) / 2,
    6: 1,
    14: 0.75,
  });
  expectRates(cosineRestartsSchedule(1, { period: 2, factor: 3, final: 0.5 }), {
    1: 0.75,
    2: 1,
    5: 0.75,
    8: 1,
    17: 0.75,
  });
});

test("one cycle: up to 30 % of the steps, then down", () => {
  // 20 steps: the peak is at step 0.3 · 20 − 1 = 5, the end at step 19; midway between them is 12.
  const last = 1 / 25 / 1e4;
  expectRates(oneCycleSchedule(1, { steps: 20 }), { 0: 0.04, 2.5: 0.52, 5: 1, 12: (1 + last) / 2, 19: last, 30: last });
  expectRates(oneCycleSchedule(2, { steps: 11, rise: 0.1, divFactor: 10, finalDivFactor: 2 }), { 10: 0.1, 20: 0.1 });
});

test("warm-up before any schedule", () => {
  const schedule = warmUp(stepSchedule(0.8, { every: 5 }), { steps: 4 });
  expectRates(schedule, { 0: 0, 1: 0.2, 3: 0.6, 4: 0.8, 8: 0.8, 9: 0.08 });
  expectRates(warmUp(constantSchedule(1), { steps: 2, start: 0.5 }), { 0: 0.5, 1: 0.75, 2: 1 });
});

test("stretches of less than a step are refused, and restarts that come ever faster", () => {
  for (const wrong of [0, -3, 0.5, Number.NaN]) {
    expect(() => linearSchedule(1, { steps: wrong })).toThrow(DataError);
    expect(() => polynomialSchedule(1, { steps: wrong })).toThrow(DataError);
    expect(() => stepSchedule(1, { every: wrong })).toThrow(DataError);
    expect(() => inverseTimeSchedule(1, { decay: 1, every: wrong })).toThrow(DataError);
    expect(() => oneCycleSchedule(1, { steps: wrong })).toThrow(DataError);
    expect(() => cosineRestartsSchedule(1, { period: wrong })).toThrow(DataError);
  }
  expect(() => linearSchedule(1, { steps: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: linearSchedule: steps 0
      wants: at least 1]
  `);
  expect(() => cosineRestartsSchedule(1, { period: 4, factor: 0.5 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: cosineRestartsSchedule: factor 0.5
      wants: at least 1]
  `);
});

test("numbers that would make the rate NaN are refused, and those that are left out", () => {
  const none = {} as never;
  const wrong = Number.NaN;
  const makers = {
    constantSchedule: () => constantSchedule(wrong),
    stepSchedule: () => stepSchedule(1, { every: 3, gamma: wrong }),
    multiStepSchedule: () => multiStepSchedule(1, { milestones: [3], gamma: wrong }),
    exponentialSchedule: () => exponentialSchedule(1, none),
    inverseTimeSchedule: () => inverseTimeSchedule(1, none),
    polynomialSchedule: () => polynomialSchedule(1, { steps: 3, power: wrong }),
    linearSchedule: () => linearSchedule(wrong, { steps: 3 }),
    cosineSchedule: () => cosineSchedule(1, none),
    cosineRestartsSchedule: () => cosineRestartsSchedule(1, { period: 2, final: wrong }),
    oneCycleSchedule: () => oneCycleSchedule(1, { steps: 5, rise: 2 }),
    warmUp: () => warmUp(constantSchedule(1), none),
  };
  for (const [name, make] of Object.entries(makers)) {
    expect(make, name).toThrow(DataError);
    expect(make, name).toThrow(`${name}: `);
  }
  expect(() => cosineSchedule(1, { steps: 0 })).toThrow(DataError);
  expect(() => oneCycleSchedule(1, { steps: 5, divFactor: 0 })).toThrow(DataError);
  expect(() => cosineSchedule(1, { steps: 9, warmUp: -1 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: cosineSchedule: warmUp -1
      wants: at least 0]
  `);
  expectRates(warmUp(constantSchedule(1), { steps: 0 }), { 0: 1, 5: 1 });
});

test("reduce on plateau: patience, cooldown, a floor", () => {
  const plateau = new ReduceOnPlateau(1, { factor: 0.5, patience: 1, cooldown: 2, min: 0.2 });
  const rates = [5, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3].map((metric) => plateau.observe(metric));
  // Two observations without improvement reduce; the next two do not count.
  expect(rates).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.2]);
  expect(plateau.schedule(7)).toBe(0.2);
});

test("reduce on plateau: thresholds, both directions, and its state", () => {
  const accuracy = new ReduceOnPlateau(1, { mode: "max", patience: 0, threshold: 0.1 });
  expect([0.5, 0.54, 0.56].map((m) => accuracy.observe(m))).toEqual([1, 0.1, 0.1]);
  const absolute = new ReduceOnPlateau(1, { patience: 0, threshold: 0.5, absolute: true });
  expect([2, 1.6, 1.4].map((m) => absolute.observe(m))).toEqual([1, 0.1, 0.1]);
  const other = new ReduceOnPlateau(9, { patience: 0, threshold: 0.5, absolute: true });
  other.restore(JSON.parse(JSON.stringify(absolute.state())));
  expect(other.observe(1)).toBe(absolute.observe(1));
  expect(new ReduceOnPlateau(1, { patience: 0 }).observe(Number.NaN)).toBe(0.1);
});
