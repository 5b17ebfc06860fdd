import type { Measurement } from "./tuner";

/** One moment of a training run, as plain JSON: what the command line prints with `--json` and what a demo page draws. */
export type TrainEvent = AdapterEvent | CompileEvent | StepEvent | EvalEvent | TuneEvent | DoneEvent;

/** Where the run takes place. Always the first event. */
export interface AdapterEvent {
  event: "adapter";
  /** Vendor, architecture and description as the browser gives them. */
  adapter: string;
  /** True where the adapter runs on the CPU: its timings say nothing about a GPU. */
  software: boolean;
  features: string[];
}

/** Pipelines ready so far. */
export interface CompileEvent {
  event: "compile";
  done: number;
  total: number;
}

/** One training step. Losses are read from the device a few times a second, so these come in groups. */
export interface StepEvent {
  event: "step";
  /** Optimizer steps taken since the model was new. */
  step: number;
  /** Step at which the run will end. */
  steps: number;
  /** Passes over the training split, with fraction. */
  epoch: number;
  /** Training loss of this step. */
  loss: number;
  learningRate: number;
  examplesPerSecond: number;
  secondsLeft: number;
}

/** A pass over the held-out split. */
export interface EvalEvent {
  event: "eval";
  step: number;
  epoch: number;
  testLoss: number;
  /** Share of held-out examples whose most probable class is the label, 0…1. */
  testAccuracy: number;
  /** `confusion[label][predicted]` counts. */
  confusion: number[][];
}

/** The kernels for one op were measured. */
export interface TuneEvent extends Measurement {
  event: "tune";
}

/** The run has ended, by reaching its last step or by being stopped. */
export interface DoneEvent {
  event: "done";
  model: string;
  steps: number;
  seconds: number;
  /** Of the last evaluation; NaN (`null` in JSON) where there was none. */
  testAccuracy: number;
  adapter: string;
}
