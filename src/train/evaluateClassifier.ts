import { checkCounts } from "../core/given";
import { optionsOf } from "../graph/options";
import type { ConfusionMatrix } from "../metrics/confusionMatrix";
import { accuracyOf } from "../metrics/scores";
import type { CapturedStep } from "./capturedStep";
import type { Engine } from "./engine";
import type { EvalEvent } from "./events";

/** A held-out split, and the step that evaluates a batch of it. */
export interface Evaluation {
  readonly engine: Engine;
  /** Adds a batch to the confusion matrix; its output `loss` is the sum of the batch's losses. */
  readonly step: CapturedStep<never, "loss">;
  /** Called before the pass: sets the loader that the step reads from to its start. */
  readonly rewind: () => void;
  readonly batches: number;
  /** Number of examples (or tokens), over which the mean loss is taken. */
  readonly count: number;
  readonly confusion: ConfusionMatrix;
}

/** What {@link evaluateClassifier} finds. */
export type ClassifierScores = Pick<EvalEvent, "event" | "testLoss"> &
  Required<Pick<EvalEvent, "testAccuracy" | "confusion">>;

/**
 * Makes one pass over a held-out split.
 * @returns its mean loss, accuracy and confusion matrix
 * @throws DataError unless batches and count are integers of at least 1
 */
export async function evaluateClassifier(e: Evaluation): Promise<ClassifierScores> {
  optionsOf("evaluateClassifier", e, "engine step rewind batches count confusion");
  const { engine, step, confusion } = e;
  checkCounts("evaluateClassifier", { batches: e.batches, count: e.count });
  const { classes } = confusion;
  e.rewind();
  engine.write(confusion.counts, new Uint32Array(classes * classes));
  await step.drain();
  let total = 0;
  for (let b = 0; b < e.batches; b++) {
    await step.run();
    // Before the ring of losses is full.
    if (b % 200 === 199) total += sumLosses(await step.drain());
  }
  total += sumLosses(await step.drain());
  const [counts] = await engine.runtime.readStates([confusion.counts]);
  return {
    event: "eval",
    testLoss: total / e.count,
    testAccuracy: accuracyOf(counts!, classes),
    confusion: Array.from({ length: classes }, (_, row) => [...counts!.slice(row * classes, (row + 1) * classes)]),
  };
}

const sumLosses = (runs: readonly { values: { loss: number } }[]): number =>
  runs.reduce((n, { values }) => n + values.loss, 0);
