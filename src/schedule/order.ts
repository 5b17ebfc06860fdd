import type { Tensor } from "../graph/tensor";

/**
 * Moves results that nothing else is computed from (above all, gradients of parameters) to where they can first be computed, with what
 * only they need: what they read need not be kept until the end, and may still be in the cache.
 * @param order inputs before users
 */
export function sinksEarly(
  order: readonly Tensor[],
  roots: readonly Tensor[],
  inputsOf: (t: Tensor) => readonly Tensor[],
): Tensor[] {
  const ownerOf = owners(order, new Set(roots), inputsOf);
  const owned = new Map<Tensor, Tensor[]>();
  const waitingFor = new Map<Tensor, Set<Tensor>>();
  const sinksAfter = new Map<Tensor, Set<Tensor>>();
  for (const t of order) {
    const sink = ownerOf.get(t);
    if (!sink) continue;
    owned.set(sink, [...(owned.get(sink) ?? []), t]);
    const needed = waitingFor.get(sink) ?? new Set();
    waitingFor.set(sink, needed);
    for (const i of inputsOf(t)) {
      if (!i.source || ownerOf.get(i) === sink) continue;
      needed.add(i);
      sinksAfter.set(i, (sinksAfter.get(i) ?? new Set()).add(sink));
    }
  }
  const placed = order.filter((t) => !t.source && !ownerOf.has(t));
  const place = (sink: Tensor) => placed.push(...owned.get(sink)!);
  for (const [sink, needed] of waitingFor) if (!needed.size) place(sink);
  for (const t of order) {
    if (!t.source || ownerOf.has(t)) continue;
    placed.push(t);
    for (const sink of sinksAfter.get(t) ?? []) {
      const needed = waitingFor.get(sink)!;
      needed.delete(t);
      if (!needed.size) place(sink);
    }
  }
  return placed;
}

/** For each tensor that only one root needs, which itself nothing needs, that root. */
function owners(
  order: readonly Tensor[],
  roots: ReadonlySet<Tensor>,
  inputsOf: (t: Tensor) => readonly Tensor[],
): Map<Tensor, Tensor> {
  const readers = new Map<Tensor, Tensor[]>(order.map((t) => [t, []]));
  for (const t of order) for (const i of new Set(inputsOf(t))) readers.get(i)!.push(t);
  const ownerOf = new Map<Tensor, Tensor>();
  for (const t of [...order].reverse()) {
    const reading = readers.get(t)!;
    if (roots.has(t)) {
      if (!reading.length) ownerOf.set(t, t);
      continue;
    }
    const [owner, ...others] = new Set(reading.map((r) => ownerOf.get(r)));
    if (owner && !others.length) ownerOf.set(t, owner);
  }
  return ownerOf;
}
