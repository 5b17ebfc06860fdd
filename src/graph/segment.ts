import { CaptureError } from "../core/errors";
import { Setting } from "./setting";
import { type Again, type Segment, type Source, Tensor } from "./tensor";

const current = new Setting<Segment | undefined>(undefined);
const offering = new Setting(false);
let nextId = 0;

/** The segment that is being recorded. */
export const currentSegment = (): Segment | undefined => current.value;

/**
 * Runs `fn` and keeps only its results for the gradients: whatever else they need of it is computed again on the way back. A
 * stack of blocks, each recomputed, holds the activations of one block instead of all, for the time of one more forward pass.
 * Within another `recompute` it does nothing. Numbers, random ones too, are the same up to rounding.
 *
 * @param fn records ops; returns a tensor, or a list of them
 * @see Chen et al. 2016, "Training deep nets with sublinear memory cost"
 */
export function recompute<R extends Tensor | readonly Tensor[]>(fn: () => R): R {
  if (typeof fn !== "function")
    throw new CaptureError("recompute", "takes a function", {}, "recompute(() => block.forward(x))");
  if (current.value) return fn();
  const segment: Segment = { kept: new Set() };
  const result = current.during(segment, fn);
  for (const t of result instanceof Tensor ? [result] : (result as readonly Tensor[])) segment.kept.add(t);
  return result;
}

/**
 * Maps the tensors of a segment to the copies that the gradients flowing back through it read.
 * @param after a gradient that has reached the segment: no copy is computed before it
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

/** Runs `fn`; with `on`, its gradients offer the planner to compute cheap values again instead of keeping them. */
export const withOffers = <R>(on: boolean, fn: () => R): R => offering.during(on, fn);

/**
 * Maps tensors to what the gradients of one backward pass read in their place. Pointwise tensors, and views of them, get a copy;
 * the planner decides whether it computes the copy or takes the original.
 */
export function offers(): (t: Tensor, after: Tensor) => Tensor {
  const copies = new Map<Tensor, Tensor>();
  const of = (t: Tensor, after: Tensor): Tensor => {
    const known = copies.get(t);
    if (known || !t.source || t.source.op.kind === "kernel" || t.source.again) return known ?? t;
    const { op, inputs, attrs, index } = t.source;
    const mine = inputs.map((i) => of(i, after));
    const changed = op.kind === "pointwise" ? inputs.length > 0 : mine[0] !== inputs[0];
    if (!changed) return t;
    const made: Tensor[] = [];
    const again: Again = { id: nextId++, after, insteadOf: t };
    const copy = new Tensor(t, { op, inputs: mine, attrs, outs: made, index, again }, undefined);
    made[index] = copy;
    copies.set(t, copy);
    return copy;
  };
  return offering.value ? of : (t) => t;
}

/** The outputs of a second node that computes the same. */
function copyOf({ op, attrs, outs }: Source, inputs: readonly Tensor[], again: Again): readonly Tensor[] {
  const made: Tensor[] = [];
  outs.forEach((out, index) => {
    made.push(new Tensor(out, { op, inputs, attrs, outs: made, index, again }, undefined));
  });
  return made;
}
