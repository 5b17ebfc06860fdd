import { type Range, rangesOverlap, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";

/** What a step launches, before its tensors have places. */
export interface Launches {
  readonly dispatches: readonly Dispatch[];
  /** The first of them that is of an update. */
  readonly firstUpdate: number;
}

/** The tensors that a dispatch binds, in binding order. `Dispatch` itself, in the room `kernel`, only knows references. */
export const tensorsOf = ({ buffers }: Dispatch): readonly Tensor[] => buffers as readonly Tensor[];

/** Those of them that it writes. */
export const writtenBy = (d: Dispatch): Tensor[] =>
  tensorsOf(d).filter((_, i) => d.variant.bindings[i]!.access === "write");

/** A part of a buffer that a dispatch reads or writes. */
export interface Touched extends Range {
  readonly isWritten: boolean;
}

/** What a dispatch reads and writes, in binding order. @param rangeOf where each tensor is */
export function touchedBy(d: Dispatch, rangeOf: (t: Tensor) => Range): Touched[] {
  const written = new Set(writtenBy(d));
  return tensorsOf(d).map((t) => ({ ...rangeOf(t), isWritten: written.has(t) }));
}

/** Whether the order matters in which two dispatches run, of which one touches `these` and the other `those`. */
export const inConflict = (these: readonly Touched[], those: readonly Touched[]): boolean =>
  these.some((a) => those.some((b) => (a.isWritten || b.isWritten) && rangesOverlap(a, b)));
