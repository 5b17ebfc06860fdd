import { CaptureError } from "../core/errors";
import type { StoredStates } from "../gpu/storage";
import type { Revivable } from "./capturedStep";

/** The values of all states of an engine at one moment, and how often each captured step had run by then. */
export interface Snapshot extends StoredStates {
  /** @internal */
  readonly runs: ReadonlyMap<Revivable, number>;
}

/** @throws CaptureError unless it is what `engine.snapshot()` resolves with */
export function checkSnapshot(snapshot: Partial<Snapshot> | undefined): void {
  const { runs, located, values } = snapshot ?? {};
  if (![runs, located, values].every((part) => part instanceof Map))
    throw new CaptureError("recover", "takes a snapshot", {}, "await engine.snapshot() while the device is there");
}
