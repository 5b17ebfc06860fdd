import { assign, type CapturedStep, concat, type Engine, slice, state, type Tensor } from "../../src/index";
import type { CompileProgress } from "../shared/run";
import type { Stretch } from "./data";
import type { Forecaster } from "./model";
import type { Series } from "./series";

/** Steps that a forecast runs on from its own values. */
export const LEADS = 120;
/** Places in a stretch from which it runs, all at once: one that is chosen, and others spread over the stretch. */
const STARTS = 17;

/** Lets the network go on from its own forecasts: they never leave the GPU in between. */
export class FreeRun {
  #step!: CapturedStep;

  private constructor(
    readonly engine: Engine,
    readonly window: number,
    /** Runs of the step until all leads are there. */
    readonly turns: number,
    /** The newest values of each, f32 [STARTS, window + turns · horizon]; each turn pushes forecasts in at the end. */
    readonly past: Tensor,
  ) {}

  static async create(
    engine: Engine,
    model: Forecaster,
    { window, horizon }: { readonly window: number; readonly horizon: number },
    progress: CompileProgress,
  ): Promise<FreeRun> {
    const turns = Math.ceil(LEADS / horizon);
    const width = window + turns * horizon;
    const past = state("past", { shape: [STARTS, width], dtype: "f32" });
    const run = new FreeRun(engine, window, turns, past);
    const turn = () => {
      const forecast = model.forward(slice(past, 1, width - window));
      assign(past, concat([slice(past, 1, horizon), forecast], 1));
      return {};
    };
    run.#step = await engine.capture({}, turn, progress("free"));
    return run;
  }

  get steps(): readonly CapturedStep[] {
    return [this.#step];
  }

  /** Where the forecasts begin: at the chosen place, then at places spread over the stretch. */
  placesIn({ start, end }: Stretch, chosen: number): number[] {
    const first = Math.max(start, this.window);
    const spread = Array.from({ length: STARTS - 1 }, (_, i) =>
      Math.floor(first + (i * (end - LEADS - first)) / (STARTS - 1)),
    );
    return [Math.max(first, Math.min(end - 1, chosen)), ...spread];
  }

  /** @returns forecasts row after row, [places, LEADS] */
  async from({ values }: Series, places: readonly number[]): Promise<Float32Array> {
    const { engine, past, window, turns } = this;
    const width = past.shape[1]!;
    const begin = new Float32Array(past.size);
    places.forEach((place, row) => {
      begin.set(values.subarray(place - window, place), (row + 1) * width - window);
    });
    engine.write(past, begin);
    for (let i = 0; i < turns; i++) await this.#step.run();
    const run = await engine.read(past);
    const out = new Float32Array(places.length * LEADS);
    places.forEach((_, row) => {
      out.set(run.subarray(row * width + window, row * width + window + LEADS), row * LEADS);
    });
    return out;
  }
}
