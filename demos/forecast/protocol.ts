import type { TrainEvent } from "../../src/index";
import type { LostEvent, RunMethods } from "../shared/serveRun";
import type { ForecastOptions, Picture } from "./experiment";

/** What the worker does for the page. */
export type WorkerMethods = RunMethods & {
  /** Makes the run, new or from a checkpoint; resolves with its step. */
  create(options: ForecastOptions): Promise<number>;
  /** Forecasts of held-out values; it runs on by itself from one of them. */
  picture(from: number): Promise<Picture>;
  checkpoint(): Promise<Uint8Array>;
};

/** What the worker tells by itself. */
export type WorkerEvent = TrainEvent | LostEvent;
