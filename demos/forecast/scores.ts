import type { Windows } from "./data";
import type { Series } from "./series";

/** Root mean square errors of forecasts, in units of the standard deviation of the part learnt from. */
export interface Errors {
  readonly network: number;
  /** That all stays as it is. */
  readonly last: number;
  /** That all comes as it was one season before. */
  readonly season: number;
  /** Of whoever knows how the series is made: what is left is chance. */
  readonly unknowable: number;
}

/**
 * @param forecasts row after row, as measured
 * @param std of the part learnt from
 */
export function errorsOf(series: Series, windows: Windows, forecasts: ArrayLike<number>, std: number): Errors {
  const horizon = windows.targets.length / windows.count;
  const rms = (forecast: (row: number, lead: number) => number) => {
    let total = 0;
    for (let row = 0; row < windows.count; row++)
      for (let lead = 1; lead <= horizon; lead++)
        total += (windows.targets[row * horizon + lead - 1]! - forecast(row, lead)) ** 2;
    return Math.sqrt(total / windows.targets.length) / std;
  };
  const leads = Array.from({ length: horizon }, (_, i) => series.unknowable(i + 1) ** 2);
  return {
    network: rms((row, lead) => forecasts[row * horizon + lead - 1]!),
    last: rms((row) => series.values[windows.places[row]! - 1]!),
    season: rms((row, lead) => seasonBefore(series, windows.places[row]!, lead)),
    unknowable: Math.sqrt(leads.reduce((a, b) => a + b, 0) / horizon) / std,
  };
}

/** What was measured whole seasons before: as few as make it known when the forecast is made. */
export function seasonBefore({ values, season }: Series, place: number, lead: number): number {
  const seasons = Math.ceil(lead / season);
  return values[Math.max(0, place + lead - 1 - seasons * season)]!;
}

/** `1 − mse / mse of the better naive forecast`: 1 is perfect, 0 no better than doing without a network. */
export const skillOf = ({ network, last, season }: Errors): number => 1 - (network / Math.min(last, season)) ** 2;

/** Errors by how many steps ahead the value lies, [leads] each. */
export interface ErrorGrowth {
  readonly network: Float32Array;
  readonly last: Float32Array;
  readonly season: Float32Array;
}

/**
 * Of forecasts that run on from their own values.
 * @param places where each one's first value lies in the series
 * @param runs forecasts row after row, each of `leads` values
 */
export function growthOf(series: Series, places: readonly number[], runs: Float32Array, std: number): ErrorGrowth {
  const leads = runs.length / places.length;
  const rms = (forecast: (row: number, lead: number) => number) =>
    Float32Array.from({ length: leads }, (_, i) => {
      const squares = places.map((place, row) => (series.values[place + i]! - forecast(row, i + 1)) ** 2);
      return Math.sqrt(squares.reduce((a, b) => a + b, 0) / places.length) / std;
    });
  return {
    network: rms((row, lead) => runs[row * leads + lead - 1]!),
    last: rms((row) => series.values[places[row]! - 1]!),
    season: rms((row, lead) => seasonBefore(series, places[row]!, lead)),
  };
}
