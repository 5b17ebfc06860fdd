import { broadcastShapes, numel, rowMajorStrides, type Shape } from "../../src/core/shape";
import { data, type Tensor } from "../../src/graph/tensor";
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
  const shapes = inputs.map((i) => i.shape);
  const shape = broadcastShapes("reference", shapes);
  const read = (input: Reference, at: readonly number[]) => {
    const lead = shape.length - input.shape.length;
    const own = input.shape.map((size, d) => (size === 1 ? 0 : at[d + lead]!));
    return element(input, own);
  };
  return tabulate(shape, (at) => f(...inputs.map((input) => read(input, at))));
}

/** Axes as non-negative numbers; all where none are given. */
export const axesOf = (shape: Shape, axes?: number | readonly number[]): number[] =>
  axes === undefined ? shape.map((_, d) => d) : [axes].flat().map((a) => (a < 0 ? a + shape.length : a));

/** A reduction: `f` of all elements that differ only along `axes`. */
export function reduceSets(
  x: Reference,
  axes: number | readonly number[] | undefined,
  keepDims: boolean,
  f: (values: number[]) => number,
): Reference {
  const reduced = axesOf(x.shape, axes);
  const kept = x.shape.map((size, d) => (reduced.includes(d) ? 1 : size));
  const strides = rowMajorStrides(kept);
  const sets = Array.from({ length: numel(kept) }, (): number[] => []);
  let i = 0;
  for (const at of indices(x.shape)) {
    const to = at.reduce((n, v, d) => n + (kept[d] === 1 ? 0 : v * strides[d]!), 0);
    sets[to]!.push(x.data[i++]!);
  }
  const shape = keepDims ? kept : x.shape.filter((_, d) => !reduced.includes(d));
  return { shape, data: Float64Array.from(sets, (set) => f(set)) };
}

/** A reduction that joins elements with `f`, beginning with `start`. */
export const reduceAxes = (
  x: Reference,
  axes: readonly number[],
  keepDims: boolean,
  start: number,
  f: (a: number, b: number) => number,
): Reference => reduceSets(x, axes, keepDims, (values) => values.reduce((a, b) => f(a, b), start));

/** Each row along an axis replaced by what `f` makes of it, which may have another length. */
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

/** The places of a row's numbers in sorted order: NaN last, equal numbers in their original order. */
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
  const data = new Float64Array(x.data.length);
  for (let start = 0; start < data.length; start += n) {
    const row = x.data.subarray(start, start + n);
    const mean = centred ? row.reduce((a, b) => a + b, 0) / n : 0;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    row.forEach((v, i) => {
      data[start + i] = ((v - mean) / Math.sqrt(variance + eps)) * weight.data[i]! + (bias?.data[i] ?? 0);
    });
  }
  return { data, shape: x.shape };
}

/** The losses of elements or rows, reduced as a loss op does it. */
export function joined({ data, shape }: Reference, reduction = "mean"): Reference {
  if (reduction === "none") return { data, shape };
  const total = data.reduce((a, b) => a + b, 0);
  return { data: Float64Array.of(reduction === "sum" ? total : total / data.length), shape: [] };
}

/** A tensor of numbers that no gradient is asked of. */
export const constant = (values: readonly number[] | undefined): Tensor | undefined =>
  values && data({ shape: [values.length], dtype: "f32" }, Float32Array.from(values));

/** Cross-entropy of log-probabilities [..., C] with labels [...], or soft labels [..., C]. */
export function classLosses(
  logs: Reference,
  labels: Reference,
  options: { ignoreIndex?: number; labelSmoothing?: number; weights?: readonly number[]; reduction?: string },
): Reference {
  const { ignoreIndex = -1, labelSmoothing = 0, weights, reduction = "mean" } = options;
  const classes = logs.shape.at(-1)!;
  const shape = logs.shape.slice(0, -1);
  const soft = labels.shape.length === logs.shape.length;
  const weightOf = (c: number) => weights?.[c] ?? 1;
  const counts = (l: number) => soft || (l >= 0 && l < classes && l !== ignoreIndex);
  let count = 0;
  const data = Float64Array.from({ length: numel(shape) }, (_, r) => {
    const label = labels.data[r]!;
    if (!counts(label)) return 0;
    count += soft ? 1 : weightOf(label);
    let loss = 0;
    for (let c = 0; c < classes; c++) {
      const q = soft ? labels.data[r * classes + c]! : Number(c === label);
      const smoothed = q * (1 - labelSmoothing) + labelSmoothing / classes;
      if (smoothed) loss -= smoothed * weightOf(c) * logs.data[r * classes + c]!;
    }
    return loss;
  });
  const total = joined({ data, shape }, reduction);
  return reduction === "mean"
    ? { data: total.data.map((v) => (count ? (v * data.length) / count : 0)), shape: [] }
    : total;
}

/** Each group of channels of each example [N, C, …] normalised, then scaled and shifted by channel. */
export function normalisedGroups(
  x: Reference,
  groups: number,
  eps: number,
  weight?: Reference,
  bias?: Reference,
): Reference {
  const [n, channels, ...rest] = x.shape as [number, number, ...number[]];
  const inner = numel(rest);
  const length = (channels / groups) * inner;
  const data = new Float64Array(x.data.length);
  for (let row = 0; row < n * groups; row++) {
    const values = x.data.subarray(row * length, (row + 1) * length);
    const mean = values.reduce((a, b) => a + b, 0) / length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / length;
    values.forEach((v, j) => {
      const at = row * length + j;
      const channel = Math.floor(at / inner) % channels;
      const scale = weight ? weight.data[channel]! : 1;
      data[at] = ((v - mean) / Math.sqrt(variance + eps)) * scale + (bias ? bias.data[channel]! : 0);
    });
  }
  return { data, shape: x.shape };
}

/** A value for each window of [N, C, L], from the elements of the window that are inside the input. */
export function windows1d(
  x: Reference,
  { kernel, stride = kernel, padding = 0 }: { kernel: number; stride?: number; padding?: number },
  join: (window: number[]) => number,
): Reference {
  const [n, c, length] = x.shape as [number, number, number];
  return tabulate([n, c, Math.floor((length + 2 * padding - kernel) / stride) + 1], ([i, k, o]) => {
    const places = Array.from({ length: kernel }, (_, tap) => o! * stride - padding + tap);
    return join(places.flatMap((p) => (p >= 0 && p < length ? [element(x, [i!, k!, p])] : [])));
  });
}

/** A value for each of the bins into which PyTorch's adaptive pooling cuts [N, C, H, W]. */
export function bins2d(x: Reference, size: readonly [number, number], join: (bin: number[]) => number): Reference {
  const [n, c, ...from] = x.shape as [number, number, number, number];
  const range = (o: number, d: 0 | 1) => {
    const start = Math.floor((o * from[d]) / size[d]);
    return Array.from({ length: Math.ceil(((o + 1) * from[d]) / size[d]) - start }, (_, i) => start + i);
  };
  return tabulate([n, c, ...size], ([i, k, oy, ox]) =>
    join(range(oy!, 0).flatMap((y) => range(ox!, 1).map((z) => element(x, [i!, k!, y, z])))),
  );
}
