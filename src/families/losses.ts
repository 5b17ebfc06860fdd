import { isFloat } from "../core/dtype";
import { DTypeError, ShapeError } from "../core/errors";
import { numel, type Spec, sameShape, showShape, showSpec } from "../core/shape";
import { limitIntegers } from "../graph/limits";
import { checkTensors } from "../graph/op";
import { checkOption, checkWord } from "../graph/options";
import { Tensor } from "../graph/tensor";

/** "mean" or "sum" over the elements (or rows) that count, or "none": a loss for each. */
export type Reduction = "mean" | "sum" | "none";

/** @throws ShapeError unless the reduction is one of these */
export function checkReduction(op: string, reduction: string, allowed: readonly string[] = ["mean", "sum", "none"]) {
  checkWord(op, "reduction", reduction, allowed);
}

/**
 * Losses compare element with element: a target that only broadcasts to the prediction ([N] against [N, 1]) is nearly
 * always a mistake, and gives a loss that looks right.
 * @throws ShapeError unless both have one shape; DTypeError unless both are f32
 */
export function checkPair(op: string, x: Tensor, target: Tensor): void {
  checkTensors(op, [x, target]);
  const operands = { x: showSpec(x), target: showSpec(target) };
  if (!isFloat(x.dtype) || !isFloat(target.dtype)) throw new DTypeError(op, "wants f32", operands);
  if (!sameShape(x.shape, target.shape))
    throw new ShapeError(op, "shapes differ", operands, "reshape or expand the target to the shape of x");
}

/** @throws ShapeError unless the factor broadcasts to the shape of x; DTypeError unless it is f32 */
export function checkFactor(op: string, name: string, factor: Tensor | undefined, x: Spec): void {
  if (factor === undefined) return;
  if (!(factor instanceof Tensor))
    throw new DTypeError(op, `${name} is no tensor`, { [name]: String(factor) }, "tensor([number]) makes one");
  const operands = { x: showSpec(x), [name]: showSpec(factor) };
  if (factor.dtype !== "f32") throw new DTypeError(op, `${name} of dtype ${factor.dtype}`, { wants: "f32" });
  const lead = x.shape.length - factor.shape.length;
  if (lead < 0 || factor.shape.some((size, d) => size !== 1 && size !== x.shape[d + lead]))
    throw new ShapeError(op, `${name} does not broadcast to the shape of x`, operands);
}

/** The shape of labels for x: all dimensions but the last. */
export interface Rows {
  readonly rows: number;
  readonly classes: number;
  readonly shape: readonly number[];
}

/**
 * The checks that class losses share.
 * @param x [..., C] f32, with one i32 label for each row in `labels` [...]
 * @throws ShapeError, DTypeError
 */
export function checkRows(op: string, x: Spec, labels: Spec, weight: Spec | undefined, soft: boolean): Rows {
  const shape = x.shape.slice(0, -1);
  const classes = x.shape.at(-1) ?? 0;
  const wants = `wants i32${showShape(shape)}`;
  const operands = { logits: showSpec(x), labels: `${showSpec(labels)}, ${wants}` };
  if (!isFloat(x.dtype)) throw new DTypeError(op, `logits of dtype ${x.dtype}`, { wants: "f32" });
  if (!x.shape.length || !sameShape(labels.shape, soft ? x.shape : shape))
    throw new ShapeError(op, "wants logits [..., C] and one label for each row", operands, classesLast(x, labels));
  if (!soft && labels.dtype !== "i32") throw new DTypeError(op, `labels of dtype ${labels.dtype}`, { wants: "i32" });
  if (weight && (weight.dtype !== "f32" || !sameShape(weight.shape, [classes])))
    throw new ShapeError(op, "wants one weight for each class", {
      ...operands,
      weight: `${showSpec(weight)}, wants f32${showShape([classes])}`,
    });
  return { rows: numel(shape), classes, shape };
}

/** The hint for logits [N, C, …] and labels [N, …], PyTorch's layout. */
function classesLast(x: Spec, labels: Spec): string | undefined {
  if (x.shape.length < 3 || !sameShape(labels.shape, x.shape.toSpliced(1, 1))) return undefined;
  const axes = [0, ...x.shape.slice(2).map((_, i) => i + 2), 1];
  return `put the classes last: permute(logits, ${showShape(axes)})`;
}

/**
 * Labels are classes or the ignored label, see {@link limitIntegers}.
 * @throws ShapeError unless the ignored label is an integer; DataError where data holds another label
 */
export function limitLabels(op: string, labels: Tensor, classes: number, ignoreIndex: number): void {
  checkOption(op, "ignoreIndex", ignoreIndex, Number.isInteger(ignoreIndex), "an integer");
  const [low, high] = [ignoreIndex === -1 ? -1 : 0, ignoreIndex === classes ? classes : classes - 1];
  const within = ignoreIndex >= low && ignoreIndex <= high;
  limitIntegers("labels", labels, { op, low, high, ...(!within && { also: ignoreIndex }) });
}
