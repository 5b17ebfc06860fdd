// What the metadata of a checkpoint say of the run that it is of.
import { CheckpointError, decodeSafetensors } from "../../src/index";
import type { RunOptions } from "./run";

/** What a checkpoint says of the run that it was made by. @throws CheckpointError where it is not one of this model */
export function checkpointOf(model: string, bytes: Uint8Array): Readonly<Record<string, string>> {
  const { metadata } = decodeSafetensors(bytes);
  const { model: made, step = "missing", steps = "1" } = metadata;
  if (made === undefined)
    throw new CheckpointError("checkpoint", "holds no training run: nothing in it says of which model");
  if (made !== model) throw new CheckpointError("checkpoint", `holds a run of ${made}, not of ${model}`);
  if (!/^\d+$/.test(step)) throw new CheckpointError("checkpoint", "its metadata are damaged", { step });
  if (!/^[1-9]\d*$/.test(steps)) throw new CheckpointError("checkpoint", "its metadata are damaged", { steps });
  return metadata;
}

/**
 * The step at which a run ends: as it is told, as the checkpoint to go on from was made to end, or the usual one. Older
 * checkpoints do not say.
 */
export function lastStepOf({ steps, epochs, resume }: RunOptions, stepsPerEpoch: number, usual: number): number {
  if (steps !== undefined) return steps;
  if (epochs !== undefined) return Math.ceil(epochs * stepsPerEpoch);
  return (resume && plannedSteps(resume).steps) ?? usual;
}

/** The step at which the run of a checkpoint was to end; older ones do not say. */
export function plannedSteps(checkpoint: Uint8Array): { readonly steps?: number } {
  const { steps } = decodeSafetensors(checkpoint).metadata;
  return steps === undefined ? {} : { steps: Number(steps) };
}

/** @throws CheckpointError where one of the settings by these names is given, and not as the checkpoint has it */
export function checkSame<S extends object>(
  names: readonly (keyof S & string)[],
  given: Partial<S>,
  stored: Partial<S>,
): void {
  for (const name of names)
    if (given[name] !== undefined && stored[name] !== undefined && given[name] !== stored[name])
      throw new CheckpointError("checkpoint", `made with ${name} ${stored[name]}`, { asked: `${name} ${given[name]}` });
}

/** Settings as a checkpoint keeps them. */
export const keptAsText = <S extends object>(
  names: readonly (keyof S & string)[],
  settings: S,
): Record<string, string> => Object.fromEntries(names.map((name) => [name, String(settings[name])]));
