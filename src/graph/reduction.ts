import { normalizeAxes, type Shape } from "../core/shape";

/** A reduction seen as [K0, R0, K1, R1]: kept and reduced dimensions in turn. */
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
 * Joins neighbouring dimensions that are reduced, or kept, alike.
 * @returns null where more than two groups are reduced, or a kept group follows the second one
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
