import { normalizeAxis, numel, type Shape } from "../core/shape";

/** A tensor seen as rows along one axis: [outer, n, inner]. */
export interface RowParams {
  readonly rows: number;
  readonly n: number;
  readonly inner: number;
}

/** The numbers that a kernel needs to work along an axis. */
export function rowParams(op: string, shape: Shape, axis: number): RowParams {
  const d = normalizeAxis(op, shape, axis);
  const n = shape[d]!;
  return { rows: numel(shape) / n, n, inner: numel(shape.slice(d + 1)) };
}
