import type { TrainEvent } from "../../src/index";
import type { CharRnnOptions, SampleEvent, UnderTheHood } from "./experiment";
import type { Reading } from "./insight";
import type { Settings } from "./parts";

/** What the worker does for the page. */
export type WorkerMethods = {
  /** Makes the run, new or from a checkpoint; resolves with its step. */
  create(options: CharRnnOptions, dataUrl: string, temperature: number): Promise<number>;
  /** The settings that a checkpoint was made with. */
  settingsOf(checkpoint: Uint8Array): Partial<Settings>;
  /** Trains to the last step, or until paused; resolves with the step reached. */
  train(): Promise<number>;
  pause(): void;
  /** One step; resolves with the step reached. */
  step(): Promise<number>;
  /** Continues a text, telling each piece; resolves with the whole continuation. */
  write(prompt: string, count: number): Promise<string>;
  stopWriting(): void;
  setTemperature(temperature: number): void;
  read(passage: number): Promise<Reading>;
  gradientNorms(): Promise<Float32Array>;
  checkpoint(): Promise<Uint8Array>;
  underTheHood(): Promise<UnderTheHood>;
};

/** What the worker tells by itself. */
export type WorkerEvent =
  | TrainEvent
  | SampleEvent
  | { event: "continuation"; piece: string }
  | { event: "lost"; reason: string };
