// The numbers of a run as a table.
import { expect, test } from "vitest";
import { RunLog } from "../../demos/shared/runLog";
import type { EvalEvent, StepEvent } from "../../src/train/events";

const step = (n: number) => ({ event: "step", step: n, epoch: n / 10, loss: 1 / n, learningRate: 0.5 }) as StepEvent;

test("a row a step, with the scores of the evaluation after it; after going back the steps that come again count", () => {
  const log = new RunLog();
  log.steps.push(step(1), step(2), step(4), step(5));
  log.evaluations.push(
    { event: "eval", step: 2, epoch: 0.2, testLoss: 0.25, bleu: 0 } as EvalEvent,
    { event: "eval", step: 5, epoch: 0.5, testLoss: 9 } as EvalEvent,
  );
  log.backTo(4);
  expect(log.table([["heldOutLoss", "testLoss"], "bleu"])).toEqual({
    columns: ["step", "epoch", "loss", "learningRate", "heldOutLoss", "bleu"],
    rows: [
      [1, 0.1, 1, 0.5, "", ""],
      [2, 0.2, 0.5, 0.5, 0.25, 0],
      [4, 0.4, 0.25, 0.5, "", ""],
    ],
  });
});
