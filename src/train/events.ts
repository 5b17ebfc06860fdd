import type { Measurement } from "./tuner";

/** One moment of a training run, as plain JSON: what the command line prints with `--json` and what a demo page draws. */
export type TrainEvent =
  | AdapterEvent
  | CompileEvent
  | EstimateEvent
  | StepEvent
  | EvalEvent
  | TuneEvent
  | RecoveredEvent
  | DoneEvent;

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

/** What the run will take: told before its first step. */
export interface EstimateEvent {
  event: "estimate";
  /** Numbers that are trained. */
  parameters: number;
  /** Device memory of a training step. */
  bytes: number;
  /** Floating-point operations of a training step. */
  flops: number;
  /** Of a training step, by a short measurement of the device; may be off by a factor of two. */
  secondsPerStep: number;
  /** Step at which the run will end. */
  steps: number;
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

/** The device was lost, and the run goes on with another. */
export interface RecoveredEvent {
  event: "recovered";
  /** The step from which it goes on. Those after it are taken and told of again, with the same numbers. */
  step: number;
  reason: string;
}

/** How well a model does on held-out data: what its task is measured by. */
export interface TaskScores {
  /** Share of held-out examples (or tokens) whose most probable class is the label, 0…1. */
  testAccuracy?: number;
  /** `confusion[label][predicted]` counts. */
  confusion?: number[][];
  /** Names of the classes that `confusion` counts; default their numbers. */
  classes?: string[];
  /** Mean over the classes of their F1, 0…1. */
  macroF1?: number;
  /** Share of held-out words with the right class, of those that training does not have, 0…1. */
  unknownAccuracy?: number;
  /** What a guess without a model reaches on the same held-out data, 0…1: what `testAccuracy` is to be compared with. */
  baselineAccuracy?: number;
  /** Of held-out text. */
  bitsPerCharacter?: number;
  /** Text that the model has made. */
  sample?: string;
  /** Share of held-out sequences that come out exactly right, 0…1. */
  exactMatch?: number;
  /** Corpus BLEU of held-out sequences, 0…1. */
  bleu?: number;
  /** Root mean square error of held-out numbers, in units of the standard deviation of those learnt from; 0 is perfect. */
  testRmse?: number;
  /**
   * Of forecasts: `1 − mse / mse of a naive forecast`, the better of "as the last value" and "as one season before". 1 is
   * perfect, 0 no better than naive, and worse is below 0.
   */
  skill?: number;
}

/** A pass over the held-out split. */
export interface EvalEvent extends TaskScores {
  event: "eval";
  step: number;
  epoch: number;
  testLoss: number;
}

/** The kernels for one op were measured. */
export interface TuneEvent extends Measurement {
  event: "tune";
}

/** The run has ended, by reaching its last step or by being stopped. Scores are those of the last evaluation. */
export interface DoneEvent extends TaskScores {
  event: "done";
  model: string;
  steps: number;
  seconds: number;
  adapter: string;
}
