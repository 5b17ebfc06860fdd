import type { TrainEvent } from "../../src/index";
import type { LostEvent, RunMethods } from "../shared/serveRun";
import type { Drawing } from "./generation";
import type { Insight } from "./inspection";
import type { Estimate, TinyGptOptions } from "./options";
import type { Settings } from "./settings";

/** What the page is told of a run that has been made. */
export interface Made {
  readonly step: number;
  readonly settings: Settings;
  readonly estimate: Estimate;
}

/** A look into the model, with the text of every token. */
export type Look = Insight & {
  /** Of the tokens that were read. */
  readonly texts: readonly string[];
  /** Of the guesses, [layers + 1, n]. */
  readonly guessed: readonly string[];
};

/** What the worker does for the page. */
export type WorkerMethods = RunMethods & {
  /** Makes the run, new or from a checkpoint. */
  create(options: TinyGptOptions, dataUrl: string): Promise<Made>;
  /**
   * Goes on from a text, with events "text", until `count` tokens are made or another text is begun.
   * @returns tokens a second
   */
  generate(id: number, prompt: string, count: number, drawing: Drawing): Promise<number>;
  /** Ends the text under way after its next tokens. */
  hush(): void;
  /** Tokens a second with the cache and without. */
  pace(): Promise<{ cached: number; plain: number }>;
  look(text: string): Promise<Look>;
  checkpoint(): Promise<Uint8Array>;
};

/** What the worker tells by itself. */
export type WorkerEvent =
  | TrainEvent
  | { event: "text"; id: number; text: string }
  | { event: "note"; text: string }
  | LostEvent;
