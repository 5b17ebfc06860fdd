import { DataError } from "../core/errors";
import { checkArray } from "../core/given";
import { optionsOf } from "../graph/options";

export interface LearningCurveOptions {
  /** The best loss that can be hoped for (that of people, or the noise of the labels); default 0. */
  readonly target?: number;
  /** The loss of a model that knows nothing, ln C for C classes; default the first value of the training curve. */
  readonly baseline?: number;
  /** Bias above which the verdict is high bias; default 0.2. */
  readonly biasShare?: number;
  /** Variance above which the verdict is high variance; default 0.1. */
  readonly varianceShare?: number;
}

export interface LearningCurveReading {
  /** What is wrong, if anything. */
  readonly verdict: "fine" | "high bias" | "high variance" | "high bias and high variance";
  /** (train − target) / (baseline − target): 0 for a model at the target, 1 for one that knows nothing. */
  readonly bias: number;
  /** (dev − train) / (baseline − target): the loss added on examples not seen in training. */
  readonly variance: number;
  /** The verdict and what to try, in plain words. */
  readonly text: string;
}

/** Share of a curve, at its end, that is averaged: single batches are noisy. */
const TAIL = 0.1;

/**
 * Says in plain words what the losses of training and dev set mean. Two gaps are measured as shares of the way from the loss of a
 * model that knows nothing (baseline) to the best that can be hoped for (target):
 * - *high bias*: the training loss is more than 20 % of the way above the target; the model does not even fit what it has seen;
 * - *high variance*: the dev loss is more than 10 % of the way above the training loss; what is learnt does not generalise;
 * - *fine*: neither. The thresholds are rules of thumb; set them by what an error costs.
 *
 * @param trainLoss the newest loss, or the curve of it (the last tenth is averaged); nats, as all losses here
 * @param devLoss the same for the dev set, without dropout and the like
 * @throws DataError where a curve is empty or not finite at its end, or the baseline is not above the target
 * @see Ng 2018, "Machine learning yearning", chapters 20–32
 */
export function learningCurveReading(
  trainLoss: number | ArrayLike<number>,
  devLoss: number | ArrayLike<number>,
  options: LearningCurveOptions = {},
): LearningCurveReading {
  optionsOf("learningCurveReading", options, "target baseline biasShare varianceShare");
  const { target = 0, biasShare = 0.2, varianceShare = 0.1 } = options;
  for (const [name, v] of Object.entries({ target, biasShare, varianceShare }))
    if (!Number.isFinite(v)) throw new DataError("learningCurveReading", `${name} ${v}`, { wants: "a number" });
  const [train, dev] = [endOf("trainLoss", trainLoss), endOf("devLoss", devLoss)];
  const baseline = options.baseline ?? (typeof trainLoss === "number" ? Number.NaN : trainLoss[0]!);
  if (!(baseline > target))
    throw new DataError(
      "learningCurveReading",
      `baseline ${baseline}, target ${target}`,
      { wants: "a baseline above the target" },
      "pass the loss of a model that knows nothing as baseline: Math.log(classes)",
    );
  const bias = (train - target) / (baseline - target);
  const variance = (dev - train) / (baseline - target);
  const [isBiased, varies] = [bias > biasShare, variance > varianceShare];
  const verdict = isBiased ? (varies ? "high bias and high variance" : "high bias") : varies ? "high variance" : "fine";
  const numbers = `Training loss ${train.toFixed(3)}, dev loss ${dev.toFixed(3)}, hoped for ${target.toFixed(3)}.`;
  return { verdict, bias, variance, text: [numbers, ...advice(isBiased, varies)].join(" ") };
}

function advice(isBiased: boolean, varies: boolean): string[] {
  const lines: string[] = [];
  if (isBiased)
    lines.push(
      "High bias: the model does not fit what it has seen.",
      "Try a larger model, longer training, another learning rate or less regularisation; more data will not help.",
    );
  if (varies)
    lines.push(
      "High variance: what is learnt does not carry over to the dev set.",
      "Try more data, augmentation, weight decay, dropout, or stopping earlier.",
    );
  if (!isBiased && !varies) lines.push("Fine: little is missing in training, and the dev set follows.");
  return lines;
}

function endOf(name: string, curve: number | ArrayLike<number>): number {
  if (typeof curve !== "number") checkArray("learningCurveReading", name, curve);
  const values = typeof curve === "number" ? [curve] : Array.from(curve);
  const tail = values.slice(-Math.max(1, Math.round(TAIL * values.length)));
  const end = tail.reduce((a, b) => a + b, 0) / tail.length;
  if (!Number.isFinite(end)) throw new DataError("learningCurveReading", `${name} ends with ${end}`);
  return end;
}
