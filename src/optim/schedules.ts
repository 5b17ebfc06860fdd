import { DataError } from "../core/errors";
import { optionsOf } from "../graph/options";

/** Learning rate as a function of the steps taken so far. */
export type Schedule = (step: number) => number;

/** @throws DataError where one of these numbers of steps, or factors, is below 1 */
const atLeastOne = (schedule: string, options: Readonly<Record<string, number>>): void =>
  checkNumbers(schedule, options, 1);

/** @throws DataError where one of these is no finite number, or below `least`: the rate would be NaN, and then the parameters */
export function checkNumbers(schedule: string, options: Readonly<Record<string, number>>, least = -Infinity): void {
  const wants = least === -Infinity ? "a finite number" : `at least ${least}`;
  for (const [name, value] of Object.entries(options))
    if (!(Number.isFinite(value) && value >= least)) throw new DataError(schedule, `${name} ${value}`, { wants });
}

/** @throws DataError where one of these is no learning rate: a finite number of at least 0 */
export const checkRates = (schedule: string, rates: Readonly<Record<string, number>>): void =>
  checkNumbers(schedule, rates, 0);

/** `lr` at every step. @throws DataError, as all schedules do, where a number is missing or not finite, or a rate negative */
export const constantSchedule = (lr: number): Schedule => {
  checkRates("constantSchedule", { lr });
  return () => lr;
};

export interface StepScheduleOptions {
  /** How many steps the rate stays the same; at least 1. */
  readonly every: number;
  /** Factor of the rate at each change; default 0.1. */
  readonly gamma?: number;
}

/** `lr · gamma^⌊step / every⌋`. @throws DataError where every < 1 */
export function stepSchedule(lr: number, options: StepScheduleOptions): Schedule {
  const { every, gamma = 0.1 } = optionsOf("stepSchedule", options, "every gamma");
  atLeastOne("stepSchedule", { every });
  checkRates("stepSchedule", { lr });
  checkNumbers("stepSchedule", { gamma });
  return (step) => lr * gamma ** Math.floor(step / every);
}

export interface MultiStepScheduleOptions {
  /** The steps at which the rate changes, ascending. */
  readonly milestones: readonly number[];
  /** Factor of the rate at each of them; default 0.1. */
  readonly gamma?: number;
}

/** `lr · gammaⁿ`, n the number of milestones up to the step. @throws DataError where milestones are no ascending list */
export function multiStepSchedule(lr: number, options: MultiStepScheduleOptions): Schedule {
  const { milestones, gamma = 0.1 } = optionsOf("multiStepSchedule", options, "milestones gamma");
  checkRates("multiStepSchedule", { lr });
  checkNumbers("multiStepSchedule", { gamma });
  if (!Array.isArray(milestones) || !milestones.every((m, i) => m >= 0 && m >= (milestones[i - 1] ?? 0)))
    throw new DataError("multiStepSchedule", `milestones ${milestones}`, { wants: "an ascending list of steps" });
  return (step) => lr * gamma ** milestones.filter((m) => m <= step).length;
}

export interface ExponentialScheduleOptions {
  /** Factor of the rate from step to step. */
  readonly gamma: number;
}

/** `lr · gamma^step`. */
export const exponentialSchedule = (lr: number, options: ExponentialScheduleOptions): Schedule => {
  const { gamma } = optionsOf("exponentialSchedule", options, "gamma");
  checkRates("exponentialSchedule", { lr });
  checkNumbers("exponentialSchedule", { gamma });
  return (step) => lr * gamma ** step;
};

export interface InverseTimeScheduleOptions {
  /** How fast the rate falls: it is halved after `every / decay` steps. */
  readonly decay: number;
  /** How many steps the rate stays the same; default 1. */
  readonly every?: number;
}

/** `lr / (1 + decay · ⌊step / every⌋)`. @throws DataError where every < 1 */
export function inverseTimeSchedule(lr: number, options: InverseTimeScheduleOptions): Schedule {
  const { decay, every = 1 } = optionsOf("inverseTimeSchedule", options, "decay every");
  atLeastOne("inverseTimeSchedule", { every });
  checkRates("inverseTimeSchedule", { lr });
  checkNumbers("inverseTimeSchedule", { decay });
  return (step) => lr / (1 + decay * Math.floor(step / every));
}

export interface PolynomialScheduleOptions extends LinearScheduleOptions {
  /** Exponent of the part of the steps that is left; default 1. */
  readonly power?: number;
}

/** `final + (lr − final) · (1 − step / steps)^power`, then `final`. @throws DataError where steps < 1 */
export function polynomialSchedule(lr: number, options: PolynomialScheduleOptions): Schedule {
  const { steps, power = 1, final = 0 } = optionsOf("polynomialSchedule", options, "steps power final");
  atLeastOne("polynomialSchedule", { steps });
  checkRates("polynomialSchedule", { lr, final });
  checkNumbers("polynomialSchedule", { power });
  return (step) => final + (lr - final) * (1 - Math.min(1, step / steps)) ** power;
}

export interface LinearScheduleOptions {
  /** How many steps the rate falls; at least 1. */
  readonly steps: number;
  /** The rate from then on; default 0. */
  readonly final?: number;
}

/** Linear from `lr` to `final` over `steps`, then `final`. @throws DataError where steps < 1 */
export function linearSchedule(lr: number, options: LinearScheduleOptions): Schedule {
  const { steps, final = 0 } = optionsOf("linearSchedule", options, "steps final");
  atLeastOne("linearSchedule", { steps });
  checkRates("linearSchedule", { lr, final });
  return polynomialSchedule(lr, options);
}

export interface CosineScheduleOptions {
  /** Number of steps at which the rate is `final`; at least 1. */
  readonly steps: number;
  /** Steps in which the rate rises first; default 0. */
  readonly warmUp?: number;
  /** The last rate; default 0. */
  readonly final?: number;
}

/**
 * Rises linearly over `warmUp` steps, from `lr / warmUp` at the first to `lr` at the last, then falls along half a
 * cosine to `final` at `steps`.
 * @throws DataError where steps < 1 or warmUp < 0
 * @see Loshchilov and Hutter 2017, "SGDR"
 */
export function cosineSchedule(lr: number, options: CosineScheduleOptions): Schedule {
  const { steps, warmUp = 0, final = 0 } = optionsOf("cosineSchedule", options, "steps warmUp final");
  atLeastOne("cosineSchedule", { steps });
  checkNumbers("cosineSchedule", { warmUp }, 0);
  checkRates("cosineSchedule", { lr, final });
  return (step) => {
    if (step < warmUp) return (lr * (step + 1)) / warmUp;
    return halfCosine(lr, final, (step - warmUp) / Math.max(1, steps - warmUp));
  };
}

export interface CosineRestartsScheduleOptions {
  /** Steps of the first fall; at least 1. */
  readonly period: number;
  /** How much longer each fall is than the one before; default 1. */
  readonly factor?: number;
  /** The rate at the end of each fall; default 0. */
  readonly final?: number;
}

/**
 * Falls along half a cosine from `lr` to `final` over `period` steps, then starts again from `lr`, each time `factor`
 * times as long.
 * @throws DataError where period or factor < 1
 * @see Loshchilov and Hutter 2017, "SGDR: stochastic gradient descent with warm restarts"
 */
export function cosineRestartsSchedule(lr: number, options: CosineRestartsScheduleOptions): Schedule {
  const { period, factor = 1, final = 0 } = optionsOf("cosineRestartsSchedule", options, "period factor final");
  atLeastOne("cosineRestartsSchedule", { period, factor });
  checkRates("cosineRestartsSchedule", { lr, final });
  return (step) => {
    let [start, length] = [0, period];
    if (factor === 1) start = Math.floor(step / period) * period;
    else
      while (step >= start + length) {
        start += length;
        length *= factor;
      }
    return halfCosine(lr, final, (step - start) / length);
  };
}

export interface OneCycleOptions {
  /** Number of steps of the run. */
  readonly steps: number;
  /** Share of the steps in which the rate rises; default 0.3. */
  readonly rise?: number;
  /** The first rate is maxLr / divFactor; default 25. */
  readonly divFactor?: number;
  /** The last rate is the first one / finalDivFactor; default 1e4. */
  readonly finalDivFactor?: number;
}

/**
 * Rises along half a cosine from `maxLr / divFactor` to `maxLr`, which it reaches at step `rise·steps − 1`, then falls along
 * another one to `maxLr / divFactor / finalDivFactor` at the last step, as PyTorch's OneCycleLR with two phases.
 * @throws DataError where steps < 1, rise is not in [0, 1], or a factor is not above 0
 * @see Smith and Topin 2018, "Super-convergence"
 */
export function oneCycleSchedule(maxLr: number, options: OneCycleOptions): Schedule {
  optionsOf("oneCycleSchedule", options, "steps rise divFactor finalDivFactor");
  const { steps, rise = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
  atLeastOne("oneCycleSchedule", { steps });
  checkRates("oneCycleSchedule", { maxLr });
  if (!(rise >= 0 && rise <= 1)) throw new DataError("oneCycleSchedule", `rise ${rise}`, { wants: "0 ≤ x ≤ 1" });
  for (const [name, value] of Object.entries({ divFactor, finalDivFactor }))
    if (!(value > 0)) throw new DataError("oneCycleSchedule", `${name} ${value}`, { wants: "above 0" });
  return (step) => {
    const first = maxLr / divFactor;
    const peak = rise * steps - 1;
    if (step < peak) return halfCosine(first, maxLr, step / peak);
    return halfCosine(maxLr, first / finalDivFactor, (step - peak) / Math.max(1e-9, steps - 1 - peak));
  };
}

export interface WarmUpOptions {
  /** How many steps the rate rises. */
  readonly steps: number;
  /** The first rate, as a share of the first rate of `schedule`; default 0. */
  readonly start?: number;
}

/**
 * Over `steps`, rises linearly from `start` times the first rate of `schedule` to that rate; then follows `schedule`.
 * @throws DataError where steps < 0
 */
export const warmUp = (schedule: Schedule, options: WarmUpOptions): Schedule => {
  const { steps, start = 0 } = optionsOf("warmUp", options, "steps start");
  checkNumbers("warmUp", { steps }, 0);
  checkNumbers("warmUp", { start });
  return (step) => (step < steps ? schedule(0) * (start + ((1 - start) * step) / steps) : schedule(step - steps));
};

/** From one value to another along half a cosine, as progress goes from 0 to 1. */
const halfCosine = (from: number, to: number, progress: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * Math.max(0, Math.min(1, progress))))) / 2;
