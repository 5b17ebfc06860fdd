import type { EvalEvent, TrainEvent } from "../../src/index";
import type { MnistCnnOptions, UnderTheHood } from "./experiment";

/** What the worker does for the page. */
export type WorkerMethods = {
  /** Makes the run, new or from a checkpoint; resolves with its step. */
  create(options: MnistCnnOptions, dataUrl: string): Promise<number>;
  /** Trains to the last step, or until paused; resolves with the step reached. */
  train(): Promise<number>;
  pause(): void;
  /** One step; resolves with the step reached. */
  step(): Promise<number>;
  evaluate(): Promise<EvalEvent>;
  predict(pixels: Float32Array, n: number): Promise<Float32Array>;
  featureMaps(pixels: Float32Array): Promise<{ filters: Float32Array; maps: Float32Array }>;
  testDigits(count: number): { pixels: Float32Array; labels: Uint8Array };
  checkpoint(): Promise<Uint8Array>;
  underTheHood(): Promise<UnderTheHood>;
};

/** What the worker tells by itself. */
export type WorkerEvent = TrainEvent | { event: "lost"; reason: string };
