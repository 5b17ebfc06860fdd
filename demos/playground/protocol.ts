import type { LostEvent, RunMethods } from "../shared/serveRun";
import type { Points } from "./data";
import type { PlaygroundEvent, PlaygroundOptions } from "./experiment";

/** What the worker does for the page. */
export type WorkerMethods = RunMethods & {
  /** Makes the network, new or from a checkpoint; resolves with its step and its points. */
  create(options: PlaygroundOptions, resume?: Uint8Array): Promise<{ step: number; train: Points; test: Points }>;
  /** Measures and draws, as events. */
  look(): Promise<void>;
  adjust(options: { lr: number; steps: number }): void;
  /** @param settings text that the file keeps */
  checkpoint(settings: string): Promise<Uint8Array>;
};

/** What the worker tells by itself. */
export type WorkerEvent = PlaygroundEvent | LostEvent;
