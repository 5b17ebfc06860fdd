import { DataError } from "../core/errors";
import { optionsOf } from "../graph/options";

export interface LearningCurveOptions {
  /** The loss that can be hoped for (people's, or the noise of the labels); default 0. */
  readonly target?: number;
  /** The loss of a model that knows nothing, ln C for C classes; default the first value of the training curve. */
  readonly baseline?: number;
  /** Share of the way from baseline to target from which on what is missing in training is much; default 0.2. */
  readonly biasShare?: number;
  /** Share of the same way from which on what dev is behind training is much; default 0.1. */
  readonly varianceShare?: number;
}

export interface LearningCurveReading {
  readonly verdict: "fine" | "high bias" | "high variance" | "high bias and high variance";
  /** (train − target) / (baseline − target): 0 where training has all that can be hoped for, 1 where it has nothing. */
  readonly bias: number;
  /** (dev − train) / (baseline − target): what is lost on examples not seen before. */
  readonly variance: number;
  /** What is to be seen and what to try, in plain words. */
  readonly text: string;
}

/** Values at the end of a curve whose mean is taken, as a share of it: single batches are noisy. */
const TAIL = 0.1;

/**
 * Says in plain words what the losses of training and dev set mean. Both gaps are measured on one scale, the way from a
 * model that knows nothing (baseline) to the best that can be hoped for (target):
 * - *high bias* where training still lacks more than 20 % of the way: the model does not even fit what it has seen;
 * - *high variance* where dev is behind training by more than 10 % of the way: it does not carry over;
 * - *fine* where neither is so. The thresholds are rules of thumb; set them by what an error costs.
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
  const values = typeof curve === "number" ? [curve] : Array.from(curve);
  const tail = values.slice(-Math.max(1, Math.round(TAIL * values.length)));
  const end = tail.reduce((a, b) => a + b, 0) / tail.length;
  if (!Number.isFinite(end)) throw new DataError("learningCurveReading", `${name} ends with ${end}`);
  return end;
}
