import type { TrainEvent } from "../../src/index";
import type { LostEvent, RunMethods } from "../shared/serveRun";
import type { Known } from "./data";
import type { Invention, MeasureEvent, NamesOptions } from "./experiment";
import type { Atlas, Opinion } from "./follower";

/** What the worker does for the page. */
export type WorkerMethods = RunMethods & {
  /** Makes the run, new or from a checkpoint; resolves with its step. */
  create(options: NamesOptions, dataUrl: string, temperature: number): Promise<number>;
  /** What the reader thinks of a name, letter by letter. */
  read(name: string): Promise<Opinion & { known: Known }>;
  /** Names of both kinds that begin so. */
  invent(beginning: string): Promise<Invention[]>;
  setTemperature(temperature: number): void;
  map(): Promise<Atlas>;
  checkpoint(): Promise<Uint8Array>;
};

/** What the worker tells by itself. */
export type WorkerEvent = TrainEvent | MeasureEvent | LostEvent;
