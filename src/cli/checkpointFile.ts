import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { decodeSafetensors } from "../index";
import { writeWhole } from "./files";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Where the checkpoints of a run go, each over the one before. */
export class CheckpointFile {
  /** Of the run, as it was last written. */
  #step: string | undefined;

  constructor(readonly path: string) {}

  /** While it trains. @throws Error that says what is in the way: a run that has come to NaN does not take the place of what was kept */
  keep(checkpoint: Uint8Array): void {
    const { tensors, metadata } = decodeSafetensors(checkpoint);
    try {
      const bad = [...tensors].find(
        ([name, { values }]) => !name.startsWith("optimizer.") && values.some(Number.isNaN),
      );
      if (bad) throw new Error(`${bad[0]} is NaN`);
      writeWhole(this.path, checkpoint);
    } catch (error) {
      throw new Error(`--out ${this.path}: ${messageOf(error)}`);
    }
    this.#step = metadata.step;
  }

  /**
   * At its end: beside all else, should its place refuse it.
   * @returns where it is, and what was in the way
   * @throws Error where it can be written nowhere
   */
  finish(checkpoint: Uint8Array): { readonly path: string; readonly refused?: Error } {
    try {
      this.keep(checkpoint);
      return { path: this.path };
    } catch (refused) {
      const path = join(tmpdir(), `${process.pid}-${basename(this.path)}`);
      try {
        writeWhole(path, checkpoint);
      } catch (error) {
        throw this.leading(new Error(`${messageOf(refused)}\n  ${path}: ${messageOf(error)}`));
      }
      return { path, refused: new Error(`${messageOf(refused)}\n  the checkpoint is at ${path}`) };
    }
  }

  /** What ended a run, with what is kept of it, if anything, and how to go on from there. */
  leading(error: unknown): unknown {
    if (this.#step === undefined) return error;
    const kept = `kept: ${this.path}, step ${this.#step}`;
    return new Error(`${messageOf(error)}\n  ${kept}\n  to go on: the same command with --resume ${this.path}`);
  }
}
