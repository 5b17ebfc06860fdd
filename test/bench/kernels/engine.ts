import type { Values } from "../../../demos/race/workloads";
import type { Measurement } from "../../../src/index";
import type { KernelCase } from "./cases";

/** Work that can be asked for again and again. */
export interface Ready {
  /** Asks for the work once; resolves when the engine would take more. */
  run(): Promise<void>;
  /** Resolves when all that was asked for is done. */
  fence(): Promise<void>;
  /** The numbers of one output. */
  out(): Promise<ArrayLike<number>>;
  /** What each way of the op took, where ways were measured; the fastest is run. */
  readonly measured?: readonly Measurement[];
}

/** What the kernel benchmark asks of an engine. */
export interface KernelEngine {
  readonly version: string;
  readonly adapter?: string;
  /** An op `copies` times a run; null where the engine does not have it. */
  prepare(c: KernelCase, inputs: readonly Values[], copies: number): Promise<Ready | null>;
  /** `count` dispatches a run, each of which needs the one before: products of 16 × 16. */
  chain(count: number): Promise<Ready>;
}

/** Side of the matrices of a chain. */
export const TINY = 16;

/** A start and a factor that leaves it as it is, so that no chain is too long. */
export const tinyMatrices = (): Values[] => {
  const identity = Float32Array.from({ length: TINY * TINY }, (_, i) => (i % (TINY + 1) === 0 ? 1 : 0));
  const start = Float32Array.from({ length: TINY * TINY }, (_, i) => i / 256);
  return [start, identity].map((data) => ({ shape: [TINY, TINY], data }));
};
