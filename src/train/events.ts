import type { Measurement } from "./tuner";

/** An event of a training run, as plain JSON: the command line prints it with `--json`, and a demo page draws it. */
export type TrainEvent =
  | AdapterEvent
  | CompileEvent
  | EstimateEvent
  | StepEvent
  | EvalEvent
  | TuneEvent
  | RecoveredEvent
  | DoneEvent;

/** The adapter of the run. Always the first event. */
export interface AdapterEvent {
  event: "adapter";
  /** Vendor, architecture and description as the browser gives them. */
  adapter: string;
  /** True where the adapter runs on the CPU: its timings say nothing about a GPU. */
  software: boolean;
  features: string[];
}

/** A pipeline is ready. */
export interface CompileEvent {
  event: "compile";
  done: number;
  total: number;
}

/** What the run will take. Comes before its first step. */
export interface EstimateEvent {
  event: "estimate";
  /** Number of trained numbers. */
  parameters: number;
  /** Device memory of a training step. */
  bytes: number;
  /** Floating-point operations of a training step. */
  flops: number;
  /** Time of a training step, by a short measurement of the device; may be off by a factor of two. */
  secondsPerStep: number;
  /** Step at which the run will end. */
  steps: number;
}

/** A training step. Losses are read from the device a few times a second, so these events come in groups. */
export interface StepEvent {
  event: "step";
  /** Optimizer steps taken since the model was new. */
  step: number;
  /** Step at which the run will end. */
  steps: number;
  /** Passes over the training split so far, with fraction. */
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
  /** The step from which it goes on. The steps after it are taken and reported again, with the same numbers. */
  step: number;
  reason: string;
}

/** How well a model does on held-out data. Which scores there are depends on the task. */
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
  /** The accuracy of a guess without a model on the same data, 0…1, to compare `testAccuracy` with. */
  baselineAccuracy?: number;
  /** Cross-entropy of held-out text, in bits. */
  bitsPerCharacter?: number;
  /** Text that the model has generated. */
  sample?: string;
  /** Share of held-out sequences that come out exactly right, 0…1. */
  exactMatch?: number;
  /** Corpus BLEU of held-out sequences, 0…1. */
  bleu?: number;
  /** Root mean square error on held-out numbers, in standard deviations of the training data; 0 is perfect. */
  testRmse?: number;
  /**
   * Of forecasts: `1 − mse / mse of the naive forecast`, which is the better of the last value and the value one season before.
   * 1 is perfect, 0 as good as the naive forecast, and below 0 is worse.
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

/** The kernels of one op were measured. */
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
