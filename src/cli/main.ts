#!/usr/bin/env node
import { defineCommand, runCommand, showUsage } from "citty";
import { version } from "../../package.json";
import { type ParsedArguments, refuseUnknown, trainArguments, UsageError } from "./arguments";
import { diagnose, showDiagnosis } from "./doctor";
import { EXPERIMENTS } from "./experiments";
import { DOCTOR_FLAGS, TRAIN_FLAGS, TUNE_FLAGS } from "./flags";
import { exitOnSignals } from "./signals";
import { train } from "./train";
import { tune, tuneArguments } from "./tune";

const trainCommand = defineCommand({
  meta: { name: "train", description: "Trains a model headlessly and writes a checkpoint" },
  args: TRAIN_FLAGS,
  async run({ args }) {
    refuseUnknown(args as ParsedArguments, Object.keys(TRAIN_FLAGS), 1);
    process.exitCode = await train(trainArguments(args as ParsedArguments, EXPERIMENTS));
  },
});

const tuneCommand = defineCommand({
  meta: { name: "tune", description: "Measures which kernels are the fastest on this machine, and keeps that" },
  args: TUNE_FLAGS,
  async run({ args }) {
    refuseUnknown(args as ParsedArguments, Object.keys(TUNE_FLAGS), 1);
    exitOnSignals();
    await tune(tuneArguments(args as ParsedArguments));
  },
});

const doctorCommand = defineCommand({
  meta: { name: "doctor", description: "Says what this machine offers, and what to do where something is missing" },
  args: DOCTOR_FLAGS,
  async run({ args }) {
    refuseUnknown(args as ParsedArguments, Object.keys(DOCTOR_FLAGS), 0);
    exitOnSignals();
    const diagnosis = await diagnose();
    console.log(args.json ? JSON.stringify(diagnosis) : showDiagnosis(diagnosis));
    process.exitCode = diagnosis.canTrain ? 0 : 1;
  },
});

const commands = { train: trainCommand, tune: tuneCommand, doctor: doctorCommand };

const main = defineCommand({
  meta: { name: "wgrad", version, description: "Trains neural networks on WebGPU" },
  subCommands: commands,
});

async function run(rawArgs: string[]): Promise<void> {
  const [name = ""] = rawArgs;
  const sub = Object.hasOwn(commands, name) ? commands[name as keyof typeof commands] : undefined;
  if (rawArgs.includes("--version")) console.log(version);
  else if (!rawArgs.length || rawArgs.includes("--help") || rawArgs.includes("-h"))
    await showUsage((sub ?? main) as typeof main, sub ? main : undefined);
  else if (!sub) throw new UsageError(`unknown command ${name}\n  commands: ${Object.keys(commands).join(", ")}`);
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
// Dawn, or an interrupted browser, may leave handles open, which would keep the process alive.
process.exit();
