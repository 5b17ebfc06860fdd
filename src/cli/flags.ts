import { EXPERIMENTS, type SettingKind, type Usual } from "./experiments";

interface Flag {
  readonly type: "string";
  /** What it takes. */
  readonly valueHint: string;
  readonly description: string;
}

const models = Object.entries(EXPERIMENTS);
const known = models.map(([model]) => model).join(", ");

const usualText = (usual: Usual): string =>
  typeof usual === "object" ? `${usual[0]} (CPU ${usual[1]})` : String(usual);

const flag = (valueHint: string, description: string): Flag => ({ type: "string", valueHint, description });

/** A flag that all models have, with the default of each. */
const common = (name: "steps" | "batch" | "lr", hint: string, description: string): Flag =>
  flag(hint, `${description}. Default: ${models.map(([m, { usual }]) => `${m} ${usualText(usual[name])}`).join(", ")}`);

const hintOf = (kind: SettingKind): string => (typeof kind === "string" ? kind : kind.join("|"));

/** The models' own flags, each with the models that have it. */
function modelFlags(): Record<string, Flag> {
  const flags: Record<string, Flag> = {};
  for (const [model, entry] of models)
    for (const [name, { kind, description, usual }] of Object.entries(entry.flags)) {
      const said = flags[name] ? `${flags[name].description},` : `${description}. Default:`;
      flags[name] = flag(hintOf(kind), `${said} ${model} ${usualText(usual)}`);
    }
  return flags;
}

const ON = flag("chrome|node", "Where it runs. Default: chrome");
const JSON_LINES = { type: "boolean", description: "One JSON object a line" } as const;

/** The arguments of `wgrad train`. */
export const TRAIN_FLAGS = {
  // Not called "model": some models have a flag of that name.
  name: { type: "positional", required: true, description: `What to train: ${known}` },
  epochs: flag("integer", "Passes over the training data. Default: as many as --steps comes to"),
  steps: common("steps", "integer", "Steps in all; goes before --epochs"),
  batch: common("batch", "integer", "Examples of a step"),
  lr: common("lr", "number", "Learning rate"),
  seed: flag("integer", "Decides first weights and the order of the examples. Default: 0"),
  on: ON,
  resume: flag("file", "Checkpoint to go on from, to the step at which its run was to end"),
  out: flag("file", "Where the checkpoint goes. Default: checkpoints/<name>.safetensors"),
  "save-every": flag(
    "number",
    "Seconds between checkpoints while it trains; more where they would take over 1 % of the time. Default: 60",
  ),
  json: JSON_LINES,
  ...modelFlags(),
} as const;

/** The arguments of `wgrad tune`. */
export const TUNE_FLAGS = {
  model: { type: "positional", required: false, description: `Default all: ${known}` },
  on: ON,
  json: JSON_LINES,
} as const;

/** The arguments of `wgrad doctor`. */
export const DOCTOR_FLAGS = { json: { type: "boolean", description: "As JSON" } } as const;
