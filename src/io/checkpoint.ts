import type { TypedArray } from "../core/dtype";
import { CheckpointError } from "../core/errors";
import { sameShape, showShape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "./safetensors";

/** What a checkpoint holds and what it is restored into: states by name. */
export type NamedStates = readonly (readonly [string, Tensor])[];

/** Packs states and their values, read from the device, into a safetensors file. */
export function packCheckpoint(
  states: NamedStates,
  values: readonly TypedArray[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const tensors = states.map(([name, { dtype, shape }], i): [string, StoredTensor] => [
    name,
    { dtype, shape, values: values[i]! },
  ]);
  return encodeSafetensors({ tensors: new Map(tensors), metadata });
}

/**
 * Reads a checkpoint and checks all of it against the states that it is for, before any is written. What the file has of
 * an optimizer is left aside where none is asked for, and so are the counts of batches in files of PyTorch.
 * @param file name of the file, for errors
 * @returns values for each of `states`, in their order, and the metadata
 * @throws CheckpointError where the file is malformed, lacks a state, has one too many, or one of another shape or dtype
 */
export function unpackCheckpoint(
  bytes: Uint8Array,
  states: NamedStates,
  file = "checkpoint",
): { values: TypedArray[]; metadata: Readonly<Record<string, string>> } {
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const wanted = new Set(states.map(([name]) => name));
  const missing = [...wanted].filter((name) => !tensors.has(name));
  const aside = [...wanted].some(ofOptimizer)
    ? isBatchCount
    : (name: string) => ofOptimizer(name) || isBatchCount(name);
  const unexpected = [...tensors.keys()].filter((name) => !wanted.has(name) && !aside(name));
  if (missing.length || unexpected.length)
    throw new CheckpointError(
      file,
      "a checkpoint of another model or optimizer",
      { missing: listed(missing), unexpected: listed(unexpected) },
      fixOf(missing, unexpected),
    );
  const values = states.map(([name, state]) => {
    const { dtype, shape, values } = tensors.get(name)!;
    if (!sameShape(shape, state.shape) || dtype !== state.dtype)
      throw new CheckpointError(file, `${name} does not fit`, {
        file: `${dtype}${showShape(shape)}`,
        model: `${state.dtype}${showShape(state.shape)}`,
      });
    return values;
  });
  return { values, metadata };
}

const ofOptimizer = (name: string): boolean => name.startsWith("optimizer.");

/** PyTorch's batch normalisation counts its batches, which nothing here reads. */
const isBatchCount = (name: string): boolean => /(^|\.)num_batches_tracked$/.test(name);

function fixOf(missing: readonly string[], unexpected: readonly string[]): string {
  if (!missing.length) return "name what is unexpected among `states`, if it belongs to no other model";
  if (!unexpected.length && missing.every(ofOptimizer)) return "leave `optimizer` out, and start it anew";
  return "pass the model, optimizer and `states` that were saved, under the same names";
}

const listed = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 6).join(", ")} and ${names.length - 6} more` : names.join(", ") || "nothing";
