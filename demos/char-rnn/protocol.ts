import type { TrainEvent } from "../../src/index";
import type { LostEvent, RunMethods } from "../shared/serveRun";
import type { CharRnnOptions, SampleEvent } from "./experiment";
import type { Reading } from "./insight";

/** What the worker does for the page. */
export type WorkerMethods = RunMethods & {
  /** Makes the run, new or from a checkpoint; resolves with its step. */
  create(options: CharRnnOptions, dataUrl: string, temperature: number): Promise<number>;
  /** Continues a text, telling each piece; resolves with the whole continuation. */
  write(prompt: string, count: number): Promise<string>;
  stopWriting(): void;
  setTemperature(temperature: number): void;
  read(passage: number): Promise<Reading>;
  gradientNorms(): Promise<Float32Array>;
  checkpoint(): Promise<Uint8Array>;
};

/** What the worker tells by itself. */
export type WorkerEvent = TrainEvent | SampleEvent | { event: "continuation"; piece: string } | LostEvent;
