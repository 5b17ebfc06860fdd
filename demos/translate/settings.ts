import { CheckpointError } from "../../src/index";
import { checkpointOf } from "../shared/kept";
import type { RunOptions } from "../shared/run";
import { TASKS, type TaskName } from "./data";

export const MODELS = ["seq2seq", "attention", "transformer"] as const;
export type ModelName = (typeof MODELS)[number];

/** All that decides how a run goes. */
export interface Settings {
  readonly task: TaskName;
  readonly model: ModelName;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** How many there are to learn from: read again and again, another way each time. */
  readonly pairs: number;
  /** Pairs of a step. */
  readonly batch: number;
  /** The highest learning rate: after the warm-up, before the fall. */
  readonly lr: number;
  readonly seed: number;
}

export const DEFAULTS: Settings = {
  task: "dates",
  model: "transformer",
  layers: 2,
  width: 64,
  heads: 4,
  pairs: 65_536,
  batch: 64,
  lr: 3e-3,
  seed: 0,
};

/** What a model is and learns from: a checkpoint fits no other. The seed says which pairs are held out. */
const SHAPE = ["task", "model", "layers", "width", "heads", "pairs", "seed"] as const;

/** By default 1000 steps; held-out pairs are looked at every 100 of them. */
export interface TranslateOptions extends RunOptions {
  /** What is not the default. A checkpoint decides by itself what its model is: settings that say otherwise are refused. */
  settings?: Partial<Settings>;
  /** Pairs to watch by and to judge by; default 256 and 2048. */
  heldOut?: { readonly dev: number; readonly test: number };
}

/** Defaults, what was asked for, and what a checkpoint says. @throws CheckpointError where these do not agree */
export function settingsOf({ settings = {}, batch, lr, seed, resume }: TranslateOptions): Settings {
  const numbers = Object.fromEntries(Object.entries({ batch, lr, seed }).filter(([, v]) => v !== undefined));
  const asked: Partial<Settings> = { ...settings, ...numbers };
  const stored: Partial<Settings> = resume ? storedSettings(resume) : {};
  for (const name of SHAPE)
    if (resume && asked[name] !== undefined && asked[name] !== stored[name])
      throw new CheckpointError("checkpoint", `made with ${name} ${stored[name]}, not ${asked[name]}`);
  return { ...DEFAULTS, ...stored, ...asked };
}

/** What a checkpoint says of its run. @throws CheckpointError, before any GPU work, where it is none of this model */
export function storedSettings(bytes: Uint8Array): Settings {
  const { settings } = checkpointOf("translate", bytes);
  try {
    const stored = JSON.parse(settings ?? "") as Settings;
    if (Object.hasOwn(TASKS, stored.task) && MODELS.includes(stored.model)) return stored;
  } catch {}
  throw new CheckpointError("checkpoint", "its metadata are damaged");
}

/** @throws Error in a plain sentence where the settings cannot make a network */
export function checkSettings({ model, width, heads, batch, pairs }: Settings): void {
  if (batch > pairs) throw new Error(`A step of ${batch} pairs cannot be taken from ${pairs}.`);
  if (model !== "transformer") return;
  if (width % heads) throw new Error(`A width of ${width} cannot be shared among ${heads} heads: choose a multiple.`);
  if (width / heads > 128) throw new Error(`A head may be at most 128 wide: with width ${width} take more heads.`);
}
