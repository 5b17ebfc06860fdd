import type { DType } from "./dtype";
import { type DataError, ShapeError } from "./errors";

/** Sizes of the dimensions, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Shape and dtype of a tensor. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** [height, width], or one number for both. */
export type Pair = number | readonly [number, number];

/** @throws ShapeError in the name of `op` unless it is one number or two: a padding of four would lose two of them */
export function pair(op: string, p: Pair): readonly [number, number] {
  if (typeof p === "number") return [p, p];
  if (Array.isArray(p) && p.length === 2) return p;
  const given = Array.isArray(p) ? showShape(p) : String(p);
  throw new ShapeError(op, "a size is neither a number nor [height, width]", { given });
}

/** @throws Refusal unless every number is an integer of at least `least` */
export function checkWhole(
  op: string,
  numbers: Readonly<Record<string, number>>,
  least = 1,
  Refusal: typeof ShapeError | typeof DataError = ShapeError,
): void {
  for (const [name, n] of Object.entries(numbers))
    if (!(Number.isInteger(n) && n >= least))
      throw new Refusal(op, `${name} ${n}`, { wants: `an integer of at least ${least}` });
}

/** @throws ShapeError unless every size is one number or two, integers of at least `least` */
export function checkSizes(op: string, sizes: Readonly<Record<string, Pair>>, least = 1): void {
  for (const [name, size] of Object.entries(sizes))
    if (!pair(op, size).every((v) => Number.isInteger(v) && v >= least))
      throw new ShapeError(op, `${name} ${typeof size === "number" ? size : showShape(size)}`, {
        wants: `integers of at least ${least}`,
      });
}

/** Number of elements. */
export const numel = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

export const showSpec = ({ shape, dtype }: Spec): string => `${dtype}${showShape(shape)}`;

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** Row-major strides in elements. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d]!;
  }
  return strides;
}

/**
 * The shape to which all operands broadcast by NumPy's rule: aligned at the last dimension, sizes are equal or 1.
 * @throws ShapeError naming the operands
 */
export function broadcastShapes(op: string, shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((size, i) => {
      const d = rank - shape.length + i;
      if (out[d] === 1) out[d] = size;
      else if (size !== 1 && size !== out[d])
        throw new ShapeError(
          op,
          "shapes do not broadcast",
          Object.fromEntries(shapes.map((s, n) => [String.fromCharCode(97 + n), showShape(s)])),
          "align dimensions from the last; each must be equal or 1",
        );
    });
  }
  return out;
}

/**
 * Axes as sorted non-negative numbers; undefined means all axes.
 * @throws ShapeError where an axis is out of range or named twice, or `axes` is neither a number nor a list
 */
export function normalizeAxes(op: string, shape: Shape, axes?: number | readonly number[]): number[] {
  if (axes === undefined) return shape.map((_, i) => i);
  if (typeof axes !== "number" && !Array.isArray(axes))
    throw new ShapeError(
      op,
      "axes are neither a number nor a list",
      { axes: axes === null ? "null" : typeof axes },
      "for options over all axes, write undefined before them",
    );
  const list = (typeof axes === "number" ? [axes] : [...axes]).map((a) => normalizeAxis(op, shape, a));
  if (new Set(list).size !== list.length)
    throw new ShapeError(op, "an axis is named twice", { axes: showShape(list), x: showShape(shape) });
  return list.sort((a, b) => a - b);
}

/** An axis as a non-negative number; −1 is the last axis. @throws ShapeError where it is out of range */
export function normalizeAxis(op: string, shape: Shape, axis: number): number {
  const a = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(a) || a < 0 || a >= shape.length)
    throw new ShapeError(op, `axis ${axis} is out of range`, { x: showShape(shape) });
  return a;
}

/** @throws ShapeError unless it is a list whose every size is an integer of at least 1: no tensor is empty */
export function checkShape(op: string, shape: Shape): void {
  if (!Array.isArray(shape)) throw new ShapeError(op, `the shape is ${shape}`, { wants: "a list of sizes" });
  if (shape.some((d) => !Number.isInteger(d) || d < 1))
    throw new ShapeError(op, "every dimension must be an integer of at least 1", { shape: showShape(shape) });
}
