import { cosineSchedule, type Engine, type EvalEvent } from "../../src/index";
import { lastStepOf } from "../shared/kept";
import { type Listener, onDevice, type RunOptions, type Training, TrainingRun } from "../shared/run";
import { LEADS } from "./freeRun";
import { buildParts, type HeldOut, type Parts, type Settings } from "./parts";
import { type ErrorGrowth, type Errors, errorsOf, growthOf, skillOf } from "./scores";
import { keptOf, metadataOf, STEPS, settingsFor } from "./settings";

/** Held-out values are looked at every 50 steps by default. Settings not given are those of the checkpoint to go on from. */
export type ForecastOptions = RunOptions & Partial<Settings>;

/** What the network makes of the stretch that it is watched by. */
export interface Picture {
  /** Steps trained. */
  readonly step: number;
  /** Place in the series of the first value shown. */
  readonly start: number;
  readonly horizon: number;
  /** As measured. */
  readonly values: Float32Array;
  /** For each value what was forecast `horizon` steps before; NaN where nothing was. */
  readonly ahead: Float32Array;
  /** From this value of those shown it runs on its own forecasts. */
  readonly from: number;
  readonly free: Float32Array;
  readonly errors: Errors;
  readonly skill: number;
  readonly growth: ErrorGrowth;
  /** Numbers that are learnt. */
  readonly parameters: number;
}

const EVALUATE_EVERY = 50;

/** A recurrent network that forecasts a series, ready to train: what the demo page and the command line drive. */
export class ForecastRun extends TrainingRun {
  private constructor(
    engine: Engine,
    training: Training,
    resume: Uint8Array | undefined,
    readonly settings: Settings,
    readonly parts: Parts,
  ) {
    super(engine, training, resume);
  }

  /** Opens a device, makes the series on it and compiles everything; tells of the adapter and the progress. */
  static async create(options: ForecastOptions, on: Listener): Promise<ForecastRun> {
    const { resume, evaluateEvery = EVALUATE_EVERY } = options;
    const settings = settingsFor(options, resume && metadataOf(resume));
    return onDevice(options, on, async (engine) => {
      const parts = await buildParts(engine, settings, on);
      const { loader, train, dev, test, freeRun, optimizer, model } = parts;
      const steps = lastStepOf(options, loader.batches, STEPS);
      const training = {
        model: "forecast",
        step: train,
        others: [dev.step, test.step, ...freeRun.steps],
        optimizer,
        schedule: cosineSchedule(settings.lr, { steps, final: settings.lr / 20 }),
        steps,
        batch: settings.batch,
        stepsPerEpoch: loader.batches,
        evaluateEvery,
        checkpointed: { model, optimizer, states: { loader: loader.position } },
        settings: keptOf(settings),
      };
      return new ForecastRun(engine, training, resume, settings, parts);
    });
  }

  /** Forecasts of the stretch that the network is watched by. */
  async evaluate(step = this.done): Promise<EvalEvent> {
    const { errors } = await this.#judge(this.parts.dev);
    this.scores = { testRmse: errors.network, skill: skillOf(errors) };
    return {
      event: "eval",
      step,
      epoch: step / this.parts.loader.batches,
      testLoss: errors.network ** 2,
      ...this.scores,
    };
  }

  /** At its end the network is judged by the last stretch. */
  protected override async finish(): Promise<void> {
    const { errors } = await this.#judge(this.parts.test);
    this.scores = { testRmse: errors.network, skill: skillOf(errors) };
  }

  /**
   * What it makes of the stretch that it is watched by, one forecast at a time and running on from its own.
   * @param from value of the stretch with which it begins to run on
   */
  async picture(from: number): Promise<Picture> {
    const { dev, series, statistics, freeRun, model } = this.parts;
    const { horizon } = this.settings;
    const step = this.done;
    const { errors, forecasts } = await this.#judge(dev);
    const { places: rows, count } = dev.windows;
    const start = rows[0]!;
    const [chosen, ...spread] = freeRun.placesIn(dev.stretch, start + from) as [number, ...number[]];
    const runs = await freeRun.from(series, [chosen, ...spread]);
    const values = series.values.slice(start, dev.stretch.end);
    const ahead = new Float32Array(values.length).fill(Number.NaN);
    for (let row = 0; row < count; row++) ahead[row + horizon - 1] = forecasts[(row + 1) * horizon - 1]!;
    return {
      ...{ step, start, horizon, values, ahead, from: chosen - start, free: runs.slice(0, LEADS) },
      ...{ errors, skill: skillOf(errors) },
      growth: growthOf(series, spread, runs.subarray(LEADS), statistics.std[0]!),
      parameters: model.parameters().reduce((n, p) => n + p.size, 0),
    };
  }

  async #judge({ step, windows }: HeldOut): Promise<{ errors: Errors; forecasts: Float32Array }> {
    await step.run();
    const forecasts = (await step.read("forecasts")) as Float32Array;
    const { series, statistics } = this.parts;
    return { errors: errorsOf(series, windows, forecasts, statistics.std[0]!), forecasts };
  }
}

/** See {@link ForecastRun.create}. */
export const createForecast = (options: ForecastOptions, on: Listener): Promise<ForecastRun> =>
  ForecastRun.create(options, on);
