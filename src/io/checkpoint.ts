import type { TypedArray } from "../core/dtype";
import { CheckpointError } from "../core/errors";
import { sameShape, showSpec } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "./safetensors";

/** States by name: what a checkpoint holds, and what it is restored into. */
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

/** What a checkpoint holds for some states. */
interface Unpacked {
  /** The values of each state, in order; undefined where the file lacks it, or has another shape or dtype for it. */
  readonly values: readonly (TypedArray | undefined)[];
  readonly metadata: Readonly<Record<string, string>>;
  /** States that the file lacks. */
  readonly missing: readonly string[];
  /** States that have another shape or dtype in the file, with both. */
  readonly misfits: readonly { readonly name: string; readonly file: string; readonly model: string }[];
  /** Tensors of the file that are no such state, but for PyTorch's batch counts, and for an optimizer's where none is wanted. */
  readonly unused: readonly string[];
}

/**
 * Reads a checkpoint for some states. Writes none of them.
 * @param file name of the file, for errors
 * @throws CheckpointError where the file is malformed
 */
export function unpackCheckpoint(bytes: Uint8Array, states: NamedStates, file: string): Unpacked {
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const wanted = new Set(states.map(([name]) => name));
  const aside = [...wanted].some(ofOptimizer)
    ? isBatchCount
    : (name: string) => ofOptimizer(name) || isBatchCount(name);
  const found = states.map(([name, state]) => ({ name, state, stored: tensors.get(name) }));
  const fits = ({ state, stored }: (typeof found)[number]) =>
    stored && sameShape(stored.shape, state.shape) && stored.dtype === state.dtype;
  return {
    values: found.map((f) => (fits(f) ? f.stored!.values : undefined)),
    metadata,
    missing: [...wanted].filter((name) => !tensors.has(name)),
    misfits: found
      .filter((f) => f.stored && !fits(f))
      .map(({ name, state, stored }) => ({ name, file: showSpec(stored!), model: showSpec(state) })),
    unused: [...tensors.keys()].filter((name) => !wanted.has(name) && !aside(name)),
  };
}

/** @throws CheckpointError unless the file has all the states and nothing else */
export function checkComplete({ missing, misfits, unused }: Unpacked, file: string): void {
  if (missing.length || unused.length)
    throw new CheckpointError(
      file,
      "a checkpoint of another model or optimizer",
      { missing: listed(missing), unexpected: listed(unused) },
      fixOf(missing, unused),
    );
  const [first] = misfits;
  if (first)
    throw new CheckpointError(
      file,
      `${first.name} does not fit`,
      { file: first.file, model: first.model },
      "pass { partial: true } to load what fits",
    );
}

/** Refuses a file of which nothing is for the model. @throws CheckpointError always */
export function refuseAll({ missing, misfits, unused }: Unpacked, file: string): never {
  throw new CheckpointError(file, "no state of the model has its name and shape here", {
    missing: listed(missing),
    misfits: listed(misfits.map(({ name }) => name)),
    unused: listed(unused),
  });
}

const ofOptimizer = (name: string): boolean => name.startsWith("optimizer.");

/** PyTorch's batch normalisation counts its batches; nothing here reads the count. */
const isBatchCount = (name: string): boolean => /(^|\.)num_batches_tracked$/.test(name);

const OR_PARTLY = "or { partial: true } to load what fits";

function fixOf(missing: readonly string[], unexpected: readonly string[]): string {
  if (!missing.length) return `name what is unexpected among \`states\`, if it belongs to no other model, ${OR_PARTLY}`;
  if (!unexpected.length && missing.every(ofOptimizer)) return "leave `optimizer` out, and start it anew";
  return `pass the model, optimizer and \`states\` that were saved, under the same names, ${OR_PARTLY}`;
}

const listed = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 6).join(", ")} and ${names.length - 6} more` : names.join(", ") || "nothing";
