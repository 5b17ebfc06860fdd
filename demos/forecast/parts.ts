import {
  Adam,
  type CapturedStep,
  type Engine,
  Loader,
  manualSeed,
  mseLoss,
  type Statistics,
  state,
  type TabularBatch,
  type TrainEvent,
} from "../../src/index";
import { compileProgress } from "../shared/run";
import { type Split, type Stretch, splitOf, statisticsOf, type Windows, windowDataset, windowsOf } from "./data";
import { FreeRun } from "./freeRun";
import { Forecaster, type Sizes } from "./model";
import { makeSeries, type Series, type SeriesKind } from "./series";

/** What decides the series, and how the network is made and trained. */
export interface Settings extends Sizes {
  readonly series: SeriesKind;
  /** Standard deviation of the errors of measurement, beside that of what is measured. */
  readonly noise: number;
  /** Values that the network reads for a forecast. */
  readonly window: number;
  /** Windows a step. */
  readonly batch: number;
  readonly lr: number;
  readonly seed: number;
}

/** All windows of a held-out stretch, and the step that makes a forecast of each. */
export interface HeldOut {
  readonly stretch: Stretch;
  readonly windows: Windows;
  readonly step: CapturedStep<never, "forecasts">;
}

/** What a run is made of: the series, the network, windows on the GPU, and captured steps. */
export interface Parts {
  readonly series: Series;
  readonly split: Split;
  readonly statistics: Statistics;
  readonly model: Forecaster;
  readonly optimizer: Adam;
  readonly loader: Loader<TabularBatch>;
  readonly train: CapturedStep<never, "loss">;
  readonly dev: HeldOut;
  readonly test: HeldOut;
  readonly freeRun: FreeRun;
}

/** Gradients of a longer norm are scaled down to it: now and then one explodes on its way back through time. */
const CLIP_NORM = 1;

/** Makes the series and the network and captures its steps, telling how many pipelines are ready. */
export async function buildParts(engine: Engine, settings: Settings, on: (e: TrainEvent) => void): Promise<Parts> {
  const { window, horizon, batch, lr, seed } = settings;
  const series = await makeSeries(engine, settings.series, settings.noise, seed);
  const split = splitOf(series.values.length);
  const statistics = statisticsOf(series, split);
  manualSeed(seed);
  const model = new Forecaster(settings, statistics);
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: CLIP_NORM });
  const learnt = windowsOf(series, split.train, window, horizon);
  const loader = new Loader(windowDataset(learnt, window), { batch, shuffle: true, seed });
  const progress = compileProgress(on);
  const held = async (name: string, stretch: Stretch): Promise<HeldOut> => {
    const windows = windowsOf(series, stretch, window, horizon);
    const inputs = state(name, { shape: [windows.count, window], dtype: "f32" }, () => windows.inputs);
    const step = await engine.capture({}, () => ({ forecasts: model.forward(inputs) }), progress(name));
    return { stretch, windows, step };
  };
  const [train, dev, test, freeRun] = await Promise.all([
    engine.capture({}, () => trainingStep(model, optimizer, loader), progress("train")),
    held("dev", split.dev),
    held("test", split.test),
    FreeRun.create(engine, model, settings, progress),
  ]);
  return { series, split, statistics, model, optimizer, loader, train, dev, test, freeRun };
}

/** The loss is in standardised units: 1 is what the mean of the series would get. */
export function trainingStep(model: Forecaster, optimizer: Adam, loader: Loader<TabularBatch>) {
  const { x, labels } = loader.next(); // [N, window], [N, horizon]
  const loss = mseLoss(model.standardForecast(model.standardize(x)), model.standardize(labels));
  optimizer.step(loss);
  return { loss };
}
