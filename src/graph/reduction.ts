import { normalizeAxes, type Shape } from "../core/shape";

/** The dimensions of a reduction, joined to four: kept, reduced, kept, reduced. */
export interface ReductionDims {
  readonly k0: number;
  readonly r0: number;
  readonly k1: number;
  readonly r1: number;
}

/** The shape that a reduction over `axes` leaves. */
export function reducedShape(op: string, shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  const reduced = new Set(normalizeAxes(op, shape, axes));
  return shape.flatMap((size, d) => (reduced.has(d) ? (keepDims ? [1] : []) : [size]));
}

/**
 * Joins neighbouring dimensions that are both kept, or both reduced.
 * @returns null where more than four are left
 */
export function reductionDims(shape: Shape, axes: readonly number[]): ReductionDims | null {
  const groups: { reduced: boolean; size: number }[] = [];
  shape.forEach((size, d) => {
    if (size === 1) return;
    const reduced = axes.includes(d);
    const last = groups.at(-1);
    if (last?.reduced === reduced) last.size *= size;
    else groups.push({ reduced, size });
  });
  if (!groups[0] || groups[0].reduced) groups.unshift({ reduced: false, size: 1 });
  const [k0, r0, k1, r1, ...rest] = groups.map((g) => g.size);
  return rest.length ? null : { k0: k0!, r0: r0 ?? 1, k1: k1 ?? 1, r1: r1 ?? 1 };
}
