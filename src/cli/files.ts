import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { decodeSafetensors } from "../index";
import { UsageError } from "./arguments";

/** Where a file is written, before it is renamed to `path`. */
const besideOf = (path: string) => `${path}.${process.pid}.part`;

/**
 * Makes the folder of a checkpoint to come, and tests that a file can be written there.
 * @throws UsageError where none can
 */
export function prepareOut(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new Error("is there, and is not a file");
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(besideOf(path), "w"));
    rmSync(besideOf(path));
  } catch (error) {
    throw new UsageError(`--out ${path}: ${(error as Error).message}`);
  }
}

/** Writes a file whole or not at all: first beside its place, then by renaming it. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = besideOf(path);
  try {
    const file = openSync(beside, "w");
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/**
 * A checkpoint to go on from.
 * @throws UsageError where it cannot be read or is of another model; CheckpointError where it is malformed
 */
export function readCheckpoint(path: string, model: string): Uint8Array {
  const bytes = readBytes(path);
  const { model: made } = decodeSafetensors(bytes, path).metadata;
  if (made === undefined)
    throw new UsageError(`--resume ${path}: holds no training run: nothing in it says of which model`);
  if (made !== model) throw new UsageError(`--resume ${path}: holds a run of ${made}, not of ${model}`);
  return bytes;
}

function readBytes(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new UsageError(
      `--resume ${path}: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : String(error)}`,
    );
  }
}

/** An error about the checkpoint to go on from, with the name of its file: the run was given only the bytes. */
export function namingFile(error: unknown, path: string): Error {
  const named = error instanceof Error ? error : new Error(String(error));
  named.message = named.message.replace(/^checkpoint: /, `${path}: `);
  return named;
}
