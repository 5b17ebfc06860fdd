import type { TrainEvent } from "../../src/index";
import type { LostEvent, RunMethods } from "../shared/serveRun";
import type { Digits, Mistakes, MnistCnnOptions } from "./experiment";

/** What the worker does for the page. */
export type WorkerMethods = RunMethods & {
  /** Makes the run, new or from a checkpoint; resolves with its step. */
  create(options: MnistCnnOptions, dataUrl: string): Promise<number>;
  predict(pixels: Float32Array, n: number): Promise<Float32Array>;
  featureMaps(pixels: Float32Array): Promise<{ filters: Float32Array; maps: Float32Array }>;
  testDigits(count: number): Digits;
  mistakes(count: number): Promise<Mistakes>;
  checkpoint(): Promise<Uint8Array>;
};

/** What the worker tells by itself. */
export type WorkerEvent = TrainEvent | LostEvent;
