import type { TrainEvent } from "../../src/index";
import type { LostEvent, RunMethods } from "../shared/serveRun";
import type { Example, JudgedEvent, TaggerOptions } from "./experiment";
import type { Contexts, Tagged } from "./reader";

/** What the worker does for the page. */
export type WorkerMethods = RunMethods & {
  /** Makes the run, new or from a checkpoint; resolves with its step. */
  create(options: TaggerOptions, dataUrl: string): Promise<number>;
  /** Tags a text, and looks at one of its words from both sides. */
  lookInto(text: string, at?: number): Promise<{ tagged: Tagged; at: number; contexts: Contexts }>;
  examples(page: number, count: number): Promise<Example[]>;
  checkpoint(): Promise<Uint8Array>;
};

/** What the worker tells by itself. */
export type WorkerEvent = TrainEvent | JudgedEvent | LostEvent;
