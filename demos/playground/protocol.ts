import type { HoodView } from "../shared/hood";
import type { Points } from "./data";
import type { PlaygroundEvent, PlaygroundOptions } from "./experiment";

/** What the worker does for the page. */
export type WorkerMethods = {
  /** Makes the network, new or from a checkpoint; resolves with its step and its points. */
  create(options: PlaygroundOptions, resume?: Uint8Array): Promise<{ step: number; train: Points; test: Points }>;
  /** Trains to the last step, or until paused; resolves with the step reached. */
  train(): Promise<number>;
  pause(): Promise<void>;
  /** One step; resolves with the step reached. */
  step(): Promise<number>;
  adjust(options: { lr: number; steps: number }): void;
  checkpoint(settings: string): Promise<Uint8Array>;
  underTheHood(): Promise<HoodView>;
};

/** What the worker tells by itself. */
export type WorkerEvent = PlaygroundEvent | { event: "lost"; reason: string };
