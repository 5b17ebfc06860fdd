import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { overlap, type Tensor } from "./tensor";

/** A write into state. All updates of a step run after all its compute, so nothing reads a moved value. */
export interface Update {
  readonly name: string;
  /** Tensors computed by the step that the update reads. */
  readonly reads: readonly Tensor[];
  /** The states that it writes. */
  readonly writes: readonly Tensor[];
  /** Tensors that are copied into states (ranges of an arena) before the dispatches run. */
  readonly assigns?: readonly { readonly from: Tensor; readonly to: Tensor }[];
  lower(target: Target): Dispatch[];
}

/** What a capture, or eager code since the last read, has recorded besides its graph. */
interface Trace {
  readonly updates: Update[];
  /** Random streams so far: they are numbered within a step, so that equal code gives equal numbers. */
  streams: number;
}

const newTrace = (): Trace => ({ updates: [], streams: 0 });

let current: Trace = newTrace();

/** Registers a write into state with the step that is being recorded. */
export function recordUpdate(update: Update): void {
  current.updates.push(update);
}

/** The number of a new random stream of the step being recorded. */
export const nextStream = (): number => current.streams++;

/** The updates of the step being recorded that write the state. */
export const updatesOf = (state: Tensor): readonly Update[] => current.updates.filter((u) => u.writes.includes(state));

/** Whether an update of the step being recorded writes the state, or a part of it. */
export const isWritten = (state: Tensor): boolean =>
  current.updates.some((u) => u.writes.some((w) => overlap(w, state)));

/** What the updates of the step being recorded read. */
export const pendingReads = (): readonly Tensor[] => current.updates.flatMap((u) => u.reads);

/** Runs `fn` and collects the updates that it records, apart from those of the code around it. */
export function trace<R>(fn: () => R): { result: R; updates: readonly Update[] } {
  const outer = current;
  current = newTrace();
  try {
    return { result: fn(), updates: current.updates };
  } finally {
    current = outer;
  }
}

/** Puts updates that could not run before those recorded since. */
export function putBackUpdates(updates: readonly Update[]): void {
  current.updates.unshift(...updates);
}

/** Drops pending updates that would write one of these states. */
export function dropUpdatesOf(states: readonly Tensor[]): void {
  const writesOne = (u: Update) => u.writes.some((w) => states.some((s) => overlap(w, s)));
  const { updates } = current;
  updates.splice(0, updates.length, ...updates.filter((u) => !writesOne(u)));
}

/** Whether there are such updates for {@link takePendingUpdates} to take. */
export const hasPendingUpdates = (isWanted: (update: Update) => boolean): boolean => current.updates.some(isWanted);

/** Removes the pending updates, those recorded outside a capture and not run yet. @param isWanted which of them; default all */
export function takePendingUpdates(isWanted: (update: Update) => boolean = () => true): readonly Update[] {
  const { updates, streams } = current;
  const taken = updates.filter(isWanted);
  const left = updates.filter((u) => !taken.includes(u));
  // Streams are numbered anew only where nothing is left.
  current = left.length ? { updates: left, streams } : newTrace();
  return taken;
}
