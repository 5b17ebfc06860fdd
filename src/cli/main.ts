#!/usr/bin/env node
import { defineCommand, runCommand, showUsage } from "citty";
import { version } from "../../package.json";
import { type ParsedArguments, refuseUnknown, trainArguments, UsageError } from "./arguments";
import { diagnose, showDiagnosis } from "./doctor";
import { EXPERIMENTS } from "./experiments";
import { train } from "./train";
import { tune, tuneArguments } from "./tune";

/** The flags that single models have, each with the models that know it. */
function modelFlags(): Record<string, { type: "string"; description: string }> {
  const flags: Record<string, { type: "string"; description: string }> = {};
  for (const [model, entry] of Object.entries(EXPERIMENTS))
    for (const [name, { description }] of Object.entries(entry.flags)) {
      const before = flags[name]?.description.match(/^(.*) \((.*)\)$/);
      flags[name] = {
        type: "string",
        description: `${before?.[1] ?? description} (${[before?.[2], model].filter((m) => m).join(", ")})`,
      };
    }
  return flags;
}

const TRAIN_FLAGS = {
  // Not called "model": some have a flag of that name.
  name: { type: "positional", required: true, description: `What to train: ${Object.keys(EXPERIMENTS).join(", ")}` },
  epochs: { type: "string", description: "Passes over the training data" },
  steps: { type: "string", description: "Steps in all; goes before --epochs" },
  batch: { type: "string", description: "Examples of a step" },
  lr: { type: "string", description: "Learning rate" },
  seed: { type: "string", description: "Decides first weights and the order of the examples" },
  on: { type: "string", description: "chrome (default) or node" },
  resume: { type: "string", description: "Checkpoint to go on from" },
  out: { type: "string", description: "Where the checkpoint goes" },
  json: { type: "boolean", description: "One JSON object a line" },
  ...modelFlags(),
} as const;

const trainCommand = defineCommand({
  meta: { name: "train", description: "Trains a model headlessly and writes a checkpoint" },
  args: TRAIN_FLAGS,
  async run({ args }) {
    refuseUnknown(args as ParsedArguments, Object.keys(TRAIN_FLAGS), 1);
    process.exitCode = await train(trainArguments(args as ParsedArguments, EXPERIMENTS));
  },
});

const TUNE_FLAGS = {
  model: { type: "positional", required: false, description: `Default all: ${Object.keys(EXPERIMENTS).join(", ")}` },
  on: { type: "string", description: "chrome (default) or node" },
  json: { type: "boolean", description: "One JSON object a line" },
} as const;

const tuneCommand = defineCommand({
  meta: { name: "tune", description: "Measures which kernels are the fastest on this machine, and keeps that" },
  args: TUNE_FLAGS,
  async run({ args }) {
    refuseUnknown(args as ParsedArguments, Object.keys(TUNE_FLAGS), 1);
    await tune(tuneArguments(args as ParsedArguments));
  },
});

const DOCTOR_FLAGS = { json: { type: "boolean", description: "As JSON" } } as const;

const doctorCommand = defineCommand({
  meta: { name: "doctor", description: "Says what this machine offers, and what to do where something is missing" },
  args: DOCTOR_FLAGS,
  async run({ args }) {
    refuseUnknown(args as ParsedArguments, Object.keys(DOCTOR_FLAGS), 0);
    const diagnosis = await diagnose();
    console.log(args.json ? JSON.stringify(diagnosis) : showDiagnosis(diagnosis));
    process.exitCode = diagnosis.canTrain ? 0 : 1;
  },
});

const main = defineCommand({
  meta: { name: "wgrad", version, description: "Trains neural networks on WebGPU" },
  subCommands: { train: trainCommand, tune: tuneCommand, doctor: doctorCommand },
});

async function run(rawArgs: string[]): Promise<void> {
  const sub = { train: trainCommand, tune: tuneCommand, doctor: doctorCommand }[rawArgs[0] ?? ""];
  if (rawArgs.includes("--version")) console.log(version);
  else if (!rawArgs.length || rawArgs.includes("--help") || rawArgs.includes("-h"))
    await showUsage((sub ?? main) as typeof main, sub ? main : undefined);
  else if (!sub) throw new UsageError(`unknown command ${rawArgs[0]}\n  commands: train, tune, doctor`);
  else await runCommand(main, { rawArgs });
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const { name, message, code } = error as Error & { code?: string };
  const usage = name === "UsageError" || name === "CLIError" || code === "EARG";
  process.stderr.write(`wgrad: ${message}\n`);
  process.exit(usage ? 2 : 1);
}
// Dawn and an interrupted browser may leave handles open: the work is done.
process.exit();
