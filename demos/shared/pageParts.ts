import type { CompileEvent, EvalEvent, RecoveredEvent, StepEvent } from "../../src/index";
import type { FormValues } from "./form";
import type { Remote } from "./remote";
import type { Table } from "./runLog";
import type { LostEvent, RunMethods } from "./serveRun";

export type State = "loading" | "idle" | "training" | "failed";

/** What the events of every run have in common. */
export type CommonEvent = CompileEvent | StepEvent | EvalEvent | RecoveredEvent | LostEvent;

/** What makes a training page this one. */
export interface PageParts {
  /** Name of the files that it offers. */
  readonly name: string;
  readonly remote: Remote<RunMethods>;
  /** What a step learns from; default examples. */
  readonly unit?: string;
  /** Text of model.ts. */
  readonly source: string;
  /** What is drawn in colours of the theme. */
  readonly views: readonly { redraw(): void }[];
  /** Ids of further buttons that need a network. */
  readonly needNetwork?: readonly string[];
  /** Makes the network, anew or from a checkpoint. @returns the step at which it stands */
  create(values: FormValues, resume?: Uint8Array): Promise<number>;
  /** The whole run as a file. */
  checkpoint(): Promise<Uint8Array>;
  /** Empties what shows the run before: the new network stands. */
  clear(): void;
  /** The settings of the form that a checkpoint was made with, where it says them. @throws CheckpointError */
  settingsOf?(checkpoint: Uint8Array, file: string): Promise<FormValues> | FormValues;
  /** Shows what the network does; asked again while one look is under way, it is done once more after it. */
  look?(): Promise<void>;
  /** Milliseconds between two looks while it trains; by default it looks only where it stops and after evaluations. */
  readonly lookEvery?: number;
  /** What a changed setting does; by default the network is made anew. @returns whether that is all: the network goes on */
  changed?(name: string): boolean;
  /** Whether `changed` lets a network train on where more steps are asked for. */
  readonly goesOnBeyond?: boolean;
  entered?(state: State): void;
  /** Training has begun, or goes on. */
  trains?(): void;
  /** The run's numbers, a row a step. */
  table(): Table;
  onStep(e: StepEvent): void;
  onEvaluation?(e: EvalEvent): void;
}
