import type { Tensor } from "../graph/tensor";

/** Where tensors are in an order. */
export interface Places {
  /** The place of a tensor. */
  placeOf(t: Tensor): number;
  /** The first place at which its elements are read; views read nothing by themselves. */
  readAt(t: Tensor): number;
}

export function placesIn(order: readonly Tensor[], readersOf: ReadonlyMap<Tensor, readonly Tensor[]>): Places {
  const position = new Map(order.map((t, i) => [t, i]));
  const placeOf = (t: Tensor) => position.get(t) ?? Number.POSITIVE_INFINITY;
  const readAt = (t: Tensor): number =>
    Math.min(...(readersOf.get(t) ?? []).map((r) => (r.source!.op.kind === "view" ? readAt(r) : placeOf(r))));
  return { placeOf, readAt };
}

/** The nodes that read each tensor, each by the output of it that comes first. */
export function readersIn(order: readonly Tensor[], inputsOf: (t: Tensor) => readonly Tensor[]): Map<Tensor, Tensor[]> {
  const readers = new Map<Tensor, Tensor[]>(order.map((t) => [t, []]));
  const counted = new Set<Tensor[]>();
  for (const t of order) {
    if (!t.source || counted.has(t.source.outs)) continue;
    counted.add(t.source.outs);
    for (const input of new Set(inputsOf(t))) readers.get(input)!.push(t);
  }
  return readers;
}
