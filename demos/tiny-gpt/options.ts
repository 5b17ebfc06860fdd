import { CheckpointError, decodeSafetensors, type KernelTime, type TuningStore } from "../../src/index";
import { DEFAULTS, type Settings, SHAPE } from "./settings";

export interface TinyGptOptions {
  /** What is not the default. */
  settings?: Partial<Settings>;
  /** Passes over as many tokens as the training text has. */
  epochs?: number;
  /** Steps in all; goes before `epochs`. Default 1000 on a software adapter, else 5000. */
  steps?: number;
  batch?: number;
  lr?: number;
  /** Decides first weights and the order of the windows. */
  seed?: number;
  /** Steps between two evaluations; default 250. */
  evaluateEvery?: number;
  /** A checkpoint to go on from: its model is what is made, and settings that say otherwise are refused. */
  resume?: Uint8Array;
  /** Where to ask for an adapter. */
  gpu?: GPU;
  /** Where it is kept which kernels are the fastest. */
  tuning?: TuningStore;
}

/** What a run will take: known before it begins. */
export interface Estimate {
  parameters: number;
  /** Of the training step: states, activations and parameters of kernels. */
  bytes: number;
  flops: number;
  /** Tokens of a step. */
  tokens: number;
  vocabulary: number;
  /** Of held-out text. */
  charactersPerToken: number;
}

/** What the run does on the device. */
export interface UnderTheHood {
  plan: string;
  dispatches: number;
  submits: number;
  memory: { inUse: number; held: number; peak: number };
  kernels: readonly KernelTime[] | null;
  adapter: string;
  software: boolean;
}

/** Defaults, what was asked for, and what a checkpoint says. @throws CheckpointError where these do not agree */
export function settingsOf({ settings = {}, batch, lr, seed, resume }: TinyGptOptions): Settings {
  const numbers = Object.fromEntries(Object.entries({ batch, lr, seed }).filter(([, v]) => v !== undefined));
  const asked = { ...settings, ...numbers };
  const stored = resume ? storedShape(resume) : {};
  for (const name of SHAPE)
    if (resume && asked[name] !== undefined && asked[name] !== stored[name])
      throw new CheckpointError("checkpoint", `made with ${name} ${stored[name]}, not ${asked[name]}`);
  return { ...DEFAULTS, ...asked, ...stored };
}

/** @throws CheckpointError, before any GPU work, where the bytes are no checkpoint of this model */
function storedShape(bytes: Uint8Array): Partial<Settings> {
  const { model, step, shape } = decodeSafetensors(bytes).metadata;
  if (model !== "tiny-gpt" || !/^\d+$/.test(step ?? "") || !shape)
    throw new CheckpointError("checkpoint", "not one of tiny-gpt", { model: String(model) });
  try {
    const stored = JSON.parse(shape) as Settings;
    return Object.fromEntries(SHAPE.map((name) => [name, stored[name]]));
  } catch {
    throw new CheckpointError("checkpoint", "its metadata are damaged");
  }
}
