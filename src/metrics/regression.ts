import { ShapeError } from "../core/errors";
import { checkArray } from "../core/given";
import { share } from "./scores";

/**
 * Coefficient of determination `1 − Σ (t − p)² / Σ (t − t̄)²`: the share of the targets' variance that predictions explain.
 * @returns at most 1; below 0 where the mean of the targets would have been the better prediction; 0 where the targets do
 * not vary (or there are none)
 * @throws ShapeError where lengths differ
 */
export function rSquared(predictions: ArrayLike<number>, targets: ArrayLike<number>): number {
  checkLengths("rSquared", predictions, targets);
  const n = targets.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += targets[i]! / n;
  let [unexplained, total] = [0, 0];
  for (let i = 0; i < n; i++) {
    unexplained += (targets[i]! - predictions[i]!) ** 2;
    total += (targets[i]! - mean) ** 2;
  }
  return total === 0 ? 0 : 1 - unexplained / total;
}

/** `Σ |t − p| / n`; 0 where there are none. @throws ShapeError where lengths differ */
export function meanAbsoluteError(predictions: ArrayLike<number>, targets: ArrayLike<number>): number {
  checkLengths("meanAbsoluteError", predictions, targets);
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += Math.abs(targets[i]! - predictions[i]!);
  return share(sum, targets.length);
}

function checkLengths(name: string, predictions: ArrayLike<number>, targets: ArrayLike<number>): void {
  checkArray(name, "predictions", predictions);
  checkArray(name, "targets", targets);
  if (predictions.length !== targets.length)
    throw new ShapeError(name, "lengths differ", {
      predictions: `${predictions.length}`,
      targets: `${targets.length}`,
    });
}
