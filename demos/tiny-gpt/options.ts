import { CheckpointError, type EstimateEvent } from "../../src/index";
import { checkpointOf } from "../shared/kept";
import type { RunOptions } from "../shared/run";
import { DEFAULTS, type Settings, SHAPE } from "./settings";

/** By default 1000 steps on a software adapter, else 5000; held-out text is looked at every 250 of them. */
export interface TinyGptOptions extends RunOptions {
  /** What is not the default. A checkpoint decides by itself what its model is: settings that say otherwise are refused. */
  settings?: Partial<Settings>;
}

/** What a run will take: known before it begins. */
export interface Estimate extends Omit<EstimateEvent, "event"> {
  /** Tokens of a step. */
  tokens: number;
  vocabulary: number;
  /** Of held-out text. */
  charactersPerToken: number;
}

/** What was asked for, else what a checkpoint says, else the defaults. @throws CheckpointError where these do not agree */
export function settingsOf({ settings = {}, batch, lr, seed, resume }: TinyGptOptions): Settings {
  const numbers = Object.fromEntries(Object.entries({ batch, lr, seed }).filter(([, v]) => v !== undefined));
  const asked = { ...settings, ...numbers };
  const stored = resume ? storedSettings(resume) : {};
  for (const name of SHAPE)
    if (resume && asked[name] !== undefined && asked[name] !== stored[name])
      throw new CheckpointError("checkpoint", `made with ${name} ${stored[name]}, not ${asked[name]}`);
  return { ...DEFAULTS, ...stored, ...asked };
}

/**
 * What a checkpoint says of its run; older ones say only what the model is.
 * @throws CheckpointError, before any GPU work, where the bytes are none of this model
 */
export function storedSettings(bytes: Uint8Array): Partial<Settings> {
  const { shape = "", settings = shape } = checkpointOf("tiny-gpt", bytes);
  try {
    return JSON.parse(settings) as Partial<Settings>;
  } catch {
    throw new CheckpointError("checkpoint", "its metadata are damaged");
  }
}
