import { createGenerator, type Engine, normal } from "../../src/index";

/** Where a series comes from: waves with a trend, the Mackey–Glass equation, a random walk. */
export type SeriesKind = "seasons" | "chaos" | "walk";

/** A series of measured values, and what is known of how it was made. */
export interface Series {
  readonly values: Float32Array<ArrayBuffer>;
  /** Steps after which it is likely to be much the same. */
  readonly season: number;
  /** Standard deviation of what nobody can know of the value `lead` steps ahead, in the units of the values. */
  readonly unknowable: (lead: number) => number;
}

/** Values of a series. */
export const LENGTH = 3000;

/** Steps after which each kind is much the same; of a walk only by name. */
const SEASON: Readonly<Record<SeriesKind, number>> = { seasons: 24, chaos: 17, walk: 24 };

/**
 * A series, the same for the same seed on every device.
 * @param noise standard deviation of the errors of measurement, beside that of what is measured; a walk has none
 */
export async function makeSeries(engine: Engine, kind: SeriesKind, noise: number, seed: number): Promise<Series> {
  const generator = createGenerator(seed);
  const [draws, start] = await engine.read([normal([LENGTH], { generator }), normal([8], { generator })]);
  const season = SEASON[kind];
  if (kind === "walk") return { values: walk(draws!), season, unknowable: (lead) => Math.sqrt(lead) };
  const clean = kind === "seasons" ? seasons(start!) : mackeyGlass(start![0]!);
  const sigma = noise * deviation(clean);
  return { values: Float32Array.from(clean, (v, t) => v + sigma * draws![t]!), season, unknowable: () => sigma };
}

/** Waves of 24 and of 60 steps, phases by chance, on a slow rise: as the power that a town draws. */
function seasons(phases: ArrayLike<number>): number[] {
  const wave = (t: number, period: number, phase: number) => Math.sin((2 * Math.PI * t) / period + 3 * phase);
  return Array.from(
    { length: LENGTH },
    (_, t) =>
      20 +
      (3 * t) / LENGTH +
      2 * wave(t, 24, phases[0]!) +
      0.7 * wave(t, 12, phases[1]!) +
      1.2 * wave(t, 60, phases[2]!),
  );
}

/** Steps of the equation between two values, and each one's length. */
const [TURNS, DT] = [30, 0.1];
const DELAY = 17;
/** Values that pass before the first one: until the beginning is forgotten. */
const FORGOTTEN = 100;

/**
 * `dx/dt = 0.2·x(t − 17) / (1 + x(t − 17)¹⁰) − 0.1·x`, a value every 3 units of time: chaotic, so small errors grow.
 * @see Mackey and Glass 1977, "Oscillation and chaos in physiological control systems"
 */
function mackeyGlass(chance: number): number[] {
  const past = new Float64Array(DELAY / DT).fill(1.2 + 0.1 * Math.tanh(chance));
  const out: number[] = [];
  let x = past[0]!;
  for (let turn = 0; out.length < LENGTH; turn++) {
    const before = past[turn % past.length]!;
    const fifth = before * before * before * before * before;
    past[turn % past.length] = x;
    x += DT * ((0.2 * before) / (1 + fifth * fifth) - 0.1 * x);
    if (turn % TURNS === 0 && turn >= FORGOTTEN * TURNS) out.push(x);
  }
  return out;
}

/** Each value is the one before and a step by chance: nothing is left to be learnt. */
function walk(steps: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const values = new Float32Array(steps.length);
  for (let t = 1; t < steps.length; t++) values[t] = values[t - 1]! + steps[t]!;
  return values;
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((n, v) => n + (v - mean) ** 2, 0) / values.length);
}
