import type { TrainEvent } from "../../src/index";
import type { LostEvent, RunMethods } from "../shared/serveRun";
import type { TranslatedEvent } from "./experiment";
import type { Answer } from "./interpreter";
import type { TranslateOptions } from "./settings";

/** What the worker does for the page. */
export type WorkerMethods = RunMethods & {
  /** Makes the run, new or from a checkpoint; resolves with its step. */
  create(options: TranslateOptions): Promise<number>;
  /** Translates a text, with so many beams. */
  interpret(text: string, width: number): Promise<Answer>;
  checkpoint(): Promise<Uint8Array>;
};

/** What the worker tells by itself. */
export type WorkerEvent = TrainEvent | TranslatedEvent | LostEvent;
