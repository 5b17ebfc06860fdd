import type { TrainEvent } from "../index";
import type { Run } from "./experiments";

/** Least time between two checkpoints, as a multiple of the time that one takes: they cost at most a hundredth of the time. */
const SELDOM = 100;

/** How a run is saved while it trains. */
export interface Saving {
  /** Seconds between two checkpoints; longer where they would cost too much time. */
  readonly every: number;
  save(checkpoint: Uint8Array): void | Promise<void>;
}

/**
 * Trains, and saves periodically, between two steps, while the run goes on. An error in saving is ignored: if the device is lost, the
 * next step throws it, and what the disk refuses is tried again with the next checkpoint.
 * @returns the last checkpoint
 */
export async function trainSaving(
  run: Run,
  { every, save }: Saving,
  on: (e: TrainEvent) => void,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const period = 1000 * every;
  let due = performance.now() + period;
  let underWay: Promise<void> = Promise.resolve();
  const keep = async () => {
    due = Number.POSITIVE_INFINITY;
    const began = performance.now();
    await run
      .checkpoint()
      .then(save)
      .catch(() => {});
    const now = performance.now();
    due = now + Math.max(period, SELDOM * (now - began));
  };
  try {
    await run.train((event) => {
      on(event);
      // A step's event comes before the next step begins, and before an evaluation.
      if (event.event === "step" && performance.now() >= due) underWay = keep();
    }, signal);
  } finally {
    await underWay;
  }
  return run.checkpoint();
}
