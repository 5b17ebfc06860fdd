import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { decodeSafetensors } from "../index";
import { writeWhole } from "./files";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The file that the checkpoints of a run are written to, each over the one before. */
export class CheckpointFile {
  /** The step of the checkpoint written last. */
  #step: string | undefined;

  constructor(readonly path: string) {}

  /** Writes a checkpoint. @throws Error where it cannot be written, or holds NaN: the one before then stays */
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
   * Writes the last checkpoint: to the system's temporary folder where {@link keep} fails.
   * @returns where it is, and why it is not at `path`
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

  /** The error that ended a run; where a checkpoint is kept, the error also says how to go on from it. */
  leading(error: unknown): unknown {
    if (this.#step === undefined) return error;
    const kept = `kept: ${this.path}, step ${this.#step}`;
    return new Error(`${messageOf(error)}\n  ${kept}\n  to go on: the same command with --resume ${this.path}`);
  }
}
