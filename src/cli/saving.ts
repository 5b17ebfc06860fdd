import type { TrainEvent } from "../index";
import type { Run } from "./experiments";

/** Between two checkpoints there is at least this many times what one takes: they cost at most a hundredth of the time. */
const SELDOM = 100;

/** How a run is kept while it trains. */
export interface Saving {
  /** Seconds from one checkpoint to the next; more where they would cost too much. */
  readonly every: number;
  save(checkpoint: Uint8Array): void | Promise<void>;
}

/**
 * Trains, and saves on a period: between two steps, while the run goes on. What keeps it from a checkpoint now is met by the
 * run's next step, or tried again with the next checkpoint.
 * @returns the checkpoint at its end, when no other is under way
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
      // A step is told of before the next one begins, and before held-out data are looked at.
      if (event.event === "step" && performance.now() >= due) underWay = keep();
    }, signal);
  } finally {
    await underWay;
  }
  return run.checkpoint();
}
