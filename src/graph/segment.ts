import { type Again, type Segment, type Source, Tensor } from "./tensor";

let current: Segment | undefined;
let offering = false;
let nextId = 0;

/** The segment that is being recorded. */
export const currentSegment = (): Segment | undefined => current;

/**
 * Runs `fn`, of which gradients keep only the results: what they need of the rest is computed anew when they come to it. A
 * stack of blocks, each recomputed, holds one block's activations instead of all, for one more forward pass in time. Within
 * another `recompute` it does nothing. Numbers are the same but for rounding, random ones too.
 *
 * @param fn records ops; returns a tensor, or a list of them
 * @see Chen et al. 2016, "Training deep nets with sublinear memory cost"
 */
export function recompute<R extends Tensor | readonly Tensor[]>(fn: () => R): R {
  if (current) return fn();
  const segment: Segment = { kept: new Set() };
  current = segment;
  try {
    const result = fn();
    for (const t of result instanceof Tensor ? [result] : (result as readonly Tensor[])) segment.kept.add(t);
    return result;
  } finally {
    current = undefined;
  }
}

/**
 * Stands for the tensors of a segment in the gradients that flow back through it.
 * @param after a gradient that has come back to the segment: nothing is computed again before it
 */
export function computedAgain(segment: Segment, after: Tensor): (t: Tensor) => Tensor {
  const again: Again = { id: nextId++, after };
  const copies = new Map<readonly Tensor[], readonly Tensor[]>();
  const of = (t: Tensor): Tensor => {
    const { source } = t;
    if (source?.segment !== segment || segment.kept.has(t) || !source.inputs.length) return t;
    let outs = copies.get(source.outs);
    if (!outs) {
      outs = copyOf(source, source.inputs.map(of), again);
      copies.set(source.outs, outs);
    }
    return outs[source.index]!;
  };
  return of;
}

/** Runs `fn` with gradients offering the planner to compute cheap values again instead of keeping them. */
export function withOffers<R>(on: boolean, fn: () => R): R {
  const outer = offering;
  offering = on;
  try {
    return fn();
  } finally {
    offering = outer;
  }
}

/**
 * Stands for tensors in the gradients of one pass: pointwise ones, and views of them, by nodes of their own, of which the
 * planner decides whether they are computed again or are the first ones after all.
 */
export function offers(): (t: Tensor, after: Tensor) => Tensor {
  const copies = new Map<Tensor, Tensor>();
  const of = (t: Tensor, after: Tensor): Tensor => {
    const known = copies.get(t);
    if (known || !t.source || t.source.op.kind === "kernel" || t.source.again) return known ?? t;
    const { op, inputs, attrs, index } = t.source;
    const mine = inputs.map((i) => of(i, after));
    const changed = op.kind === "pointwise" ? inputs.length > 0 : mine.some((m, i) => m !== inputs[i]);
    if (!changed) return t;
    const made: Tensor[] = [];
    const again: Again = { id: nextId++, after, insteadOf: t };
    const copy = new Tensor(t, { op, inputs: mine, attrs, outs: made, index, again }, undefined);
    made[index] = copy;
    copies.set(t, copy);
    return copy;
  };
  return offering ? of : (t) => t;
}

/** A node of its own that does the same. */
function copyOf({ op, attrs, outs }: Source, inputs: readonly Tensor[], again: Again): readonly Tensor[] {
  const made: Tensor[] = [];
  outs.forEach((out, index) => {
    made.push(new Tensor(out, { op, inputs, attrs, outs: made, index, again }, undefined));
  });
  return made;
}
