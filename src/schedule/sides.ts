import type { KernelOp, SumOf } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import type { Places, StepGraph } from "./stepGraph";

export interface Sides {
  /** Sums that a kernel makes on the side, each with an output of that kernel. */
  readonly sides: ReadonlyMap<Tensor, Tensor>;
  /** The sums among these that come before their kernel in the order: they are made with it, not at their own place. */
  readonly later: ReadonlySet<Tensor>;
}

/**
 * Finds sums that a kernel can make on the side, since it reads the same elements. Either the kernel can be launched where the sum is,
 * as all its inputs are there, or nothing needs the sum before the kernel. A kernel makes at most one sum.
 */
export function sideSums(order: readonly Tensor[], graph: StepGraph, { placeOf, readAt }: Places): Sides {
  const sums = new Map<string, Tensor>();
  for (const t of order) {
    const sum = ask(t, "plainSum", graph);
    if (sum) sums.set(keyOf(sum, graph), t);
  }
  const sides = new Map<Tensor, Tensor>();
  const later = new Set<Tensor>();
  if (!sums.size) return { sides, later };
  for (const t of order) {
    const offer = ask(t, "sideSum", graph);
    const sum = offer && sums.get(keyOf(offer, graph));
    if (!sum || sides.has(sum)) continue;
    const isThere = (i: Tensor) => !i.source || placeOf(i) < placeOf(sum);
    const comesFirst = graph.inputsOf(t).every(isThere);
    if (!comesFirst && readAt(sum) <= placeOf(t)) continue;
    sides.set(sum, t);
    if (!comesFirst && placeOf(sum) < placeOf(t)) later.add(sum);
  }
  return { sides, later };
}

/** The sums that some kernel offers to make on the side. */
export function offeredSums(graph: StepGraph): Set<Tensor> {
  const keyIn = (t: Tensor, what: "plainSum" | "sideSum") => {
    const sum = ask(t, what, graph);
    return sum ? [keyOf(sum, graph)] : [];
  };
  const offers = new Set(graph.order.flatMap((t) => keyIn(t, "sideSum")));
  return new Set(offers.size ? graph.order.filter((t) => keyIn(t, "plainSum").some((k) => offers.has(k))) : []);
}

const keyOf = ({ of, dims }: SumOf, graph: StepGraph): string =>
  [through(of, graph).id, dims.k0, dims.r0, dims.k1, dims.r1].join(" ");

function ask(t: Tensor, what: "plainSum" | "sideSum", { inputsOf }: StepGraph): SumOf | null {
  if (t.source?.op.kind !== "kernel") return null;
  return (t.source.op as KernelOp)[what]?.(inputsOf(t), t.source.attrs) ?? null;
}

/** The tensor behind reshapes, which keep the order of its elements. */
export function through(t: Tensor, { inputsOf }: Pick<StepGraph, "inputsOf">): Tensor {
  let at = t;
  while (at.source?.op.kind === "view" && at.source.op.name === "reshape") at = inputsOf(at)[0]!;
  return at;
}
