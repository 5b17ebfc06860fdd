import type { Tensor } from "../graph/tensor";

/** The graph of a step as it is planned, with equal nodes merged. */
export interface StepGraph {
  /** All tensors, inputs before users. */
  readonly order: readonly Tensor[];
  /** The tensors that the step is asked for. */
  readonly wanted: ReadonlySet<Tensor>;
  /** Pointwise and view tensors that are computed from constants alone. */
  readonly constants: ReadonlySet<Tensor>;
  inputsOf(t: Tensor): readonly Tensor[];
  /** The nodes that read a tensor, each by the output of it that comes first. */
  readersOf(t: Tensor): readonly Tensor[];
}

/** @param order inputs before users */
export function stepGraph(
  order: readonly Tensor[],
  roots: readonly Tensor[],
  inputsOf: (t: Tensor) => readonly Tensor[],
): StepGraph {
  const constants = new Set<Tensor>();
  const readers = new Map<Tensor, Tensor[]>();
  const seen = new Set<readonly Tensor[]>();
  for (const t of order) {
    if (!t.source) continue;
    if (t.source.op.kind !== "kernel" && inputsOf(t).every((i) => constants.has(i))) constants.add(t);
    if (seen.has(t.source.outs)) continue;
    seen.add(t.source.outs);
    for (const input of new Set(inputsOf(t))) {
      const known = readers.get(input);
      if (known) known.push(t);
      else readers.set(input, [t]);
    }
  }
  return { order, wanted: new Set(roots), constants, inputsOf, readersOf: (t) => readers.get(t) ?? [] };
}

/** Whether the step is asked for a tensor, or for something that is computed from it. */
export const isNeeded = ({ wanted, readersOf }: StepGraph, t: Tensor): boolean =>
  wanted.has(t) || readersOf(t).length > 0;

/** Where tensors are in an order. */
export interface Places {
  /** The place of a tensor. */
  placeOf(t: Tensor): number;
  /** The first place at which its elements are read; views read nothing by themselves. */
  readAt(t: Tensor): number;
}

/** @param order of the graph, or another one of its tensors */
export function placesIn(order: readonly Tensor[], { readersOf }: StepGraph): Places {
  const position = new Map(order.map((t, i) => [t, i]));
  const placeOf = (t: Tensor) => position.get(t) ?? Number.POSITIVE_INFINITY;
  const readAt = (t: Tensor): number =>
    Math.min(...readersOf(t).map((r) => (r.source!.op.kind === "view" ? readAt(r) : placeOf(r))));
  return { placeOf, readAt };
}
