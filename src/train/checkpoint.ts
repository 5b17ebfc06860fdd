import type { TypedArray } from "../core/dtype";
import { CheckpointError } from "../core/errors";
import type { Tensor } from "../graph/tensor";
import { type NamedStates, packCheckpoint, unpackCheckpoint } from "../io/checkpoint";
import type { AnyModule } from "../nn/module";
import type { Optimizer } from "../optim/optimizer";
import { checkNumbers } from "./checkNumbers";
import type { Engine } from "./engine";

/** All that a run needs to go on exactly as if it had never stopped. */
export interface Checkpointed {
  /** Its states are stored under PyTorch's `state_dict` names. */
  readonly model: AnyModule;
  /** Stored as `optimizer.<state>.<parameter>`. */
  readonly optimizer?: Optimizer;
  /** Further states by name: positions of loaders, random generators. */
  readonly states?: Readonly<Record<string, Tensor>>;
}

/**
 * The checkpoint of a run as the bytes of a .safetensors file.
 * @param metadata free text, stored in the file's header
 */
export async function saveCheckpoint(
  engine: Engine,
  what: Checkpointed,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const states = statesOf(what);
  const values = await engine.runtime.readStates(states.map(([, t]) => t));
  engine.runtime.throwErrors();
  return packCheckpoint(states, values, metadata);
}

/**
 * Restores a run from a checkpoint, or the model alone where no `optimizer` is passed. Nothing is written unless the whole
 * file fits.
 * @param bytes of a .safetensors file, made here or by PyTorch; floats of other sizes become f32
 * @param file name of the file, for errors
 * @returns the file's metadata
 * @throws CheckpointError where the file is malformed or of another model, or one of its weights is NaN
 */
export function loadCheckpoint(
  engine: Engine,
  bytes: Uint8Array,
  what: Checkpointed,
  file = "checkpoint",
): Readonly<Record<string, string>> {
  const states = statesOf(what);
  const { values, metadata } = unpackCheckpoint(bytes, states, file);
  const weights = new Set(what.model.namedStates().map(([name]) => name));
  states.forEach(([name], i) => {
    if (weights.has(name)) checkWeights(file, name, values[i]!);
  });
  states.forEach(([, state], i) => {
    engine.runtime.storage.write(state, values[i]!);
  });
  return metadata;
}

/** What an optimizer keeps may be no number: the norm of gradients that overflowed. */
function checkWeights(file: string, name: string, values: TypedArray): void {
  try {
    checkNumbers(name, values);
  } catch (error) {
    throw new CheckpointError(file, (error as Error).message.split("\n")[0]!);
  }
}

function statesOf({ model, optimizer, states = {} }: Checkpointed): NamedStates {
  const named: [string, Tensor][] = [...model.namedStates()];
  if (optimizer) named.push(...optimizerStates(model, optimizer));
  return [...named, ...Object.entries(states)];
}

/** The optimizer's states; those that have a part for each parameter are taken apart under the parameters' names. */
function optimizerStates(model: AnyModule, optimizer: Optimizer): [string, Tensor][] {
  const { arena } = optimizer;
  const names = new Map(model.namedParameters().map(([name, t]) => [t, name]));
  return optimizer.allStates().flatMap(([name, t]): [string, Tensor][] => {
    if (t.size !== arena.length || t.shape.length !== 1) return [[`optimizer.${name}`, t]];
    return arena.tensors.map((p, i) => {
      const stateName = `optimizer.${name}.${names.get(p) ?? i}`;
      return [stateName, arena.range(t, i, stateName)];
    });
  });
}
