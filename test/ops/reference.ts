import { broadcastShapes, numel, rowMajorStrides, type Shape } from "../../src/core/shape";
import type { Reference } from "./opCase";

/** Multi-indices of a shape in row-major order. */
export function* indices(shape: Shape): Generator<number[]> {
  const at = shape.map(() => 0);
  for (let n = numel(shape); n > 0; n--) {
    yield [...at];
    for (let d = shape.length - 1; d >= 0; d--) {
      at[d]!++;
      if (at[d]! < shape[d]!) break;
      at[d] = 0;
    }
  }
}

/** The element at a multi-index. */
export function element({ data, shape }: Reference, at: readonly number[]): number {
  const strides = rowMajorStrides(shape);
  return data[at.reduce((n, i, d) => n + i * strides[d]!, 0)]!;
}

/** A reference value from a function of its multi-index. */
export const tabulate = (shape: Shape, f: (at: number[]) => number): Reference => ({
  shape,
  data: Float64Array.from(indices(shape), f),
});

/** A scalar function applied element by element, with NumPy's broadcasting. */
export function elementwise(inputs: readonly Reference[], f: (...values: number[]) => number): Reference {
  const shape = broadcastShapes(
    "reference",
    inputs.map((i) => i.shape),
  );
  return tabulate(shape, (at) =>
    f(
      ...inputs.map((input) => {
        const lead = shape.length - input.shape.length;
        return element(
          input,
          input.shape.map((size, d) => (size === 1 ? 0 : at[d + lead]!)),
        );
      }),
    ),
  );
}

/** Joins the elements along axes with `f`, from `start` on. */
export function reduceAxes(
  x: Reference,
  axes: readonly number[],
  keepDims: boolean,
  start: number,
  f: (a: number, b: number) => number,
): Reference {
  const reduced = x.shape.map((_, d) => axes.includes(d));
  const kept = x.shape.map((size, d) => (reduced[d] ? 1 : size));
  const data = new Float64Array(numel(kept)).fill(start);
  const strides = rowMajorStrides(kept);
  let i = 0;
  for (const at of indices(x.shape)) {
    const to = at.reduce((n, v, d) => n + (reduced[d] ? 0 : v * strides[d]!), 0);
    data[to] = f(data[to]!, x.data[i++]!);
  }
  return { data, shape: keepDims ? kept : x.shape.filter((_, d) => !reduced[d]) };
}

/** Axes as non-negative numbers; all where none are given. */
export const axesOf = (shape: Shape, axes?: number | readonly number[]): number[] =>
  axes === undefined ? shape.map((_, d) => d) : [axes].flat().map((a) => (a < 0 ? a + shape.length : a));

/** Something made of all elements along axes at once. */
export function reduceSets(
  x: Reference,
  axes: number | readonly number[] | undefined,
  keepDims: boolean,
  f: (values: number[]) => number,
): Reference {
  const list = axesOf(x.shape, axes);
  const place = { shape: x.shape, data: x.data.map((_, i) => i) };
  const sets = new Map<number, number[]>();
  const first = reduceAxes(place, list, keepDims, Number.POSITIVE_INFINITY, Math.min);
  const firstOf = new Map([...first.data].map((i) => [i, i]));
  const kept = rowMajorStrides(x.shape).map((s, d) => (list.includes(d) ? 0 : s));
  let i = 0;
  for (const at of indices(x.shape)) {
    const set = firstOf.get(at.reduce((n, v, d) => n + v * kept[d]!, 0))!;
    if (!sets.has(set)) sets.set(set, []);
    sets.get(set)!.push(x.data[i++]!);
  }
  return { shape: first.shape, data: first.data.map((i) => f(sets.get(i)!)) };
}

/** Each row along an axis replaced by what `f` makes of it, of the same length or not. */
export function alongAxis(x: Reference, axis: number, f: (row: number[]) => number[]): Reference {
  const d = axesOf(x.shape, axis)[0]!;
  const rows = new Map<string, number[]>();
  for (const at of indices(x.shape)) {
    const key = String(at.with(d, 0));
    if (!rows.has(key)) rows.set(key, []);
    rows.get(key)!.push(element(x, at));
  }
  const made = new Map([...rows].map(([key, row]) => [key, f(row)] as const));
  const length = [...made.values()][0]!.length;
  return tabulate(x.shape.with(d, length), (at) => made.get(String(at.with(d, 0)))![at[d]!]!);
}

/** The places of a row's numbers in order, NaN after all; equal ones as they came. */
export function ordered(row: readonly number[], descending = false): number[] {
  const before = (a: number, b: number) => (Number.isNaN(b) ? !Number.isNaN(a) : a < b);
  const sign = (a: number, b: number) => Number(before(b, a)) - Number(before(a, b));
  return row.map((_, i) => i).sort((i, j) => (descending ? -1 : 1) * sign(row[i]!, row[j]!) || i - j);
}

/** Rows of the length of `weight`, normalised by their standard deviation (`centred`) or their root mean square. */
export function normalised(
  x: Reference,
  weight: Reference,
  eps: number,
  centred: boolean,
  bias?: Reference,
): Reference {
  const n = weight.data.length;
  const data = x.data.map((_, at) => {
    const row = x.data.subarray(at - (at % n), at - (at % n) + n);
    const mean = centred ? row.reduce((a, b) => a + b, 0) / n : 0;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    return ((x.data[at]! - mean) / Math.sqrt(variance + eps)) * weight.data[at % n]! + (bias?.data[at % n] ?? 0);
  });
  return { data, shape: x.shape };
}
