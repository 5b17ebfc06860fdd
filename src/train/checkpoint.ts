import type { TypedArray } from "../core/dtype";
import { CheckpointError } from "../core/errors";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { dropUpdatesOf } from "../graph/trace";
import { checkComplete, type NamedStates, packCheckpoint, refuseAll, unpackCheckpoint } from "../io/checkpoint";
import type { AnyModule } from "../nn/module";
import type { Optimizer } from "../optim/optimizer";
import { kindOf } from "./captureInputs";
import { checkNumbers } from "./checkNumbers";
import { checkEngine, checkNamedStates } from "./checkStates";
import type { Engine } from "./engine";

/** What a run needs to go on exactly as if it had never stopped. */
export interface Checkpointed {
  /** Stored under PyTorch's `state_dict` names. */
  readonly model: AnyModule;
  /** Stored as `optimizer.<state>.<parameter>`. */
  readonly optimizer?: Optimizer;
  /** Further states by name: those of loaders and random generators. */
  readonly states?: Readonly<Record<string, Tensor>>;
}

/**
 * The checkpoint of a run, as the bytes of a .safetensors file.
 * @param metadata texts, stored in the file's header
 * @throws CheckpointError where there is no model, or metadata are no texts; CaptureError where one of `states` is no state
 */
export async function saveCheckpoint(
  engine: Engine,
  what: Checkpointed,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkEngine("saveCheckpoint", engine);
  const states = statesOf("saveCheckpoint", what);
  const values = await engine.runtime.readStates(states.map(([, t]) => t));
  engine.runtime.throwErrors();
  return packCheckpoint(states, values, metadata);
}

export interface LoadOptions {
  /** Name of the file, for errors; default "checkpoint". */
  readonly file?: string;
  /** Load what fits, and leave other states as they are; default false: load all, or nothing. */
  readonly partial?: boolean;
}

export interface PartialLoadOptions extends LoadOptions {
  /** Load what fits, and leave other states as they are. */
  readonly partial: true;
}

/** What {@link loadCheckpoint} with `partial` did not load, by name. */
export interface PartlyLoaded {
  readonly metadata: Readonly<Record<string, string>>;
  /** States that the file lacks. */
  readonly missing: readonly string[];
  /** States that have another shape or dtype in the file. */
  readonly misfits: readonly string[];
  /** Tensors of the file that are no such state, but for an optimizer's where none is passed. */
  readonly unused: readonly string[];
}

/**
 * Restores a run from a checkpoint, or the model alone where no `optimizer` is passed. Nothing is written unless the whole file
 * fits. With `{ partial: true }` the states whose names and shapes are in the file are written, as by PyTorch's `strict=False`:
 * for a backbone with another head, say. Pending updates of these states are dropped.
 * @param bytes a .safetensors file, made here or by PyTorch; floats of other sizes become f32
 * @param options may be the file's name alone
 * @returns the file's metadata; with `partial` also what was not loaded
 * @throws CheckpointError where the file is malformed, of another model (with `partial`: has nothing for the model), or has a
 *   NaN among the weights; DeviceError where the device is lost
 */
export function loadCheckpoint(
  engine: Engine,
  bytes: Uint8Array,
  what: Checkpointed,
  options: PartialLoadOptions,
): PartlyLoaded;
export function loadCheckpoint(
  engine: Engine,
  bytes: Uint8Array,
  what: Checkpointed,
  options?: string | (LoadOptions & { readonly partial?: false }),
): Readonly<Record<string, string>>;
export function loadCheckpoint(
  engine: Engine,
  bytes: Uint8Array,
  what: Checkpointed,
  options: string | LoadOptions = {},
): PartlyLoaded | Readonly<Record<string, string>> {
  checkEngine("loadCheckpoint", engine);
  engine.runtime.throwErrors();
  const given = typeof options === "string" ? { file: options } : options;
  const { file = "checkpoint", partial = false } = optionsOf("loadCheckpoint", given, "file partial");
  const states = statesOf("loadCheckpoint", what);
  const unpacked = unpackCheckpoint(bytes, states, file);
  if (!partial) checkComplete(unpacked, file);
  const weights = new Set(what.model.namedStates().map(([name]) => name));
  const loaded = states.flatMap(([name, state], i) => {
    const values = unpacked.values[i];
    return values ? [{ name, state, values }] : [];
  });
  if (partial && !loaded.some(({ name }) => weights.has(name))) refuseAll(unpacked, file);
  for (const { name, values } of loaded) if (weights.has(name)) checkWeights(file, name, values);
  dropUpdatesOf(loaded.map(({ state }) => state));
  for (const { state, values } of loaded) engine.runtime.storage.write(state, values);
  const { metadata, missing, misfits, unused } = unpacked;
  return partial ? { metadata, missing, misfits: misfits.map(({ name }) => name), unused } : metadata;
}

/** @throws CheckpointError on NaN. Only weights are checked: an optimizer may hold NaN, as the norm of gradients that overflowed. */
function checkWeights(file: string, name: string, values: TypedArray): void {
  try {
    checkNumbers(name, values);
  } catch (error) {
    throw new CheckpointError(file, (error as Error).message.split("\n")[0]!);
  }
}

function statesOf(op: string, what: Checkpointed): NamedStates {
  const { model, optimizer, states = {} } = optionsOf(op, what, "model optimizer states");
  if (typeof model?.namedStates !== "function") throw new CheckpointError(op, `the model is ${kindOf(model)}`);
  checkNamedStates(op, states);
  const named: [string, Tensor][] = [...model.namedStates()];
  if (optimizer) named.push(...optimizerStates(model, optimizer));
  return [...named, ...Object.entries(states)];
}

/** The optimizer's states by name. One that spans the arena is split into its parts, under the parameters' names. */
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
