import { dependenciesOf, topological } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { canonical } from "./cse";

/**
 * Of the values that may be computed again (`Again.insteadOf`) those for which nothing need be kept longer: all that they
 * are computed from is read that late anyway. Each spares a buffer from its last reader in the forward pass on.
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

/** Where each tensor is read last, by whoever is not a view: what reads a view reads what is behind it. */
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
