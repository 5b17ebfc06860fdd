import { dependenciesOf, topological } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { canonical } from "./cse";

/**
 * Of the copies that may be computed instead of keeping their originals (`Again.insteadOf`), those that are worth it: everything
 * that they are computed from is read as late anyway, so nothing must be kept longer for them.
 */
export function worthComputingAgain(wanted: readonly Tensor[]): ReadonlySet<Tensor> {
  const all = topological(wanted);
  const copies = all.filter((t) => t.source?.again?.insteadOf);
  if (!copies.length) return new Set();
  const represent = canonical(all);
  const roots = wanted.map(represent);
  const order = topological(roots, (t) => dependenciesOf(t).map(represent));
  const place = new Map(order.map((t, i) => [t, i]));
  const readAt = lastReads(order, place, represent);
  const chosen = new Set<Tensor>();
  for (const c of copies) {
    const { again, inputs } = c.source!;
    const late = place.get(represent(again!.after)) ?? 0;
    const isThere = (i: Tensor): boolean => {
      if (chosen.has(i)) return true;
      const t = represent(i);
      if (!t.source) return true;
      if (t.source.op.kind === "view") return t.source.inputs.every(isThere);
      return (readAt.get(t) ?? 0) > late;
    };
    if (inputs.every(isThere)) chosen.add(c);
  }
  return chosen;
}

/** The last place at which each tensor is read. A read of a view counts as one of the tensor behind it. */
function lastReads(
  order: readonly Tensor[],
  place: ReadonlyMap<Tensor, number>,
  represent: (t: Tensor) => Tensor,
): Map<Tensor, number> {
  const last = new Map<Tensor, number>();
  const read = (t: Tensor, at: number): void => {
    last.set(t, Math.max(last.get(t) ?? 0, at));
    if (t.source?.op.kind === "view") for (const i of t.source.inputs) read(represent(i), at);
  };
  for (const t of order) {
    if (t.source?.op.kind === "view") continue;
    for (const i of t.source?.inputs ?? []) read(represent(i), place.get(t)!);
  }
  return last;
}
