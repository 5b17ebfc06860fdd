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

/** The losses of elements or rows, joined as a loss op does. */
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
