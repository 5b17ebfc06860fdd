import type { Tensor } from "../graph/tensor";

/** What one launch makes: reductions, what is computed from their results, and tensors of the size of their inputs. */
export interface Together {
  readonly members: ReadonlySet<Tensor>;
  readonly finishes: ReadonlySet<Tensor>;
  readonly besides: ReadonlySet<Tensor>;
}

interface Graph {
  inputsOf(t: Tensor): readonly Tensor[];
  /** Whether a tensor has a launch of its own, and is not computed within that of another. */
  isLaunched(t: Tensor): boolean;
}

/** Part of the elements that what is made between two tensors may have, if one of these is to wait for the other. */
const SMALL = 1 / 8;

/**
 * The order with what one launch is to make side by side: where the first of it stands, if all that the others need is
 * there by then, else where the last stands, if nobody wants the others before. No large tensor shall live longer for it.
 * @returns null where that cannot be
 */
export function movedTogether(order: readonly Tensor[], group: Together, graph: Graph): Tensor[] | null {
  const all = new Set([...group.members, ...group.finishes, ...group.besides]);
  const lo = order.findIndex((t) => all.has(t));
  const hi = order.findLastIndex((t) => all.has(t));
  const between = order.slice(lo, hi + 1);
  const needs = needsOf(new Set(between), group, all, graph);
  if (!needs) return null;

  const [input] = [...group.members].map((m) => graph.inputsOf(m)[0]!);
  const small = input!.size * SMALL;
  const others = between.filter((t) => !all.has(t) && graph.isLaunched(t)).reduce((n, t) => n + t.size, 0);
  const large = [...all].filter((t) => t !== between[0] && t.size > small);
  const split = (first: ReadonlySet<Tensor>, isFirst: boolean) => [
    ...order.slice(0, lo),
    ...between.filter((t) => first.has(t) === isFirst),
    ...between.filter((t) => first.has(t) !== isFirst),
    ...order.slice(hi + 1),
  ];
  if (![...needs].some(graph.isLaunched) && (others <= small || !large.length))
    return split(new Set([...all, ...needs]), true);
  if (others > small) return null;
  const after = new Set(all);
  for (const t of between) {
    if (after.has(t) || !graph.inputsOf(t).some((i) => after.has(i))) continue;
    if (graph.isLaunched(t)) return null;
    after.add(t);
  }
  return split(after, false);
}

/**
 * What stands between and must come before the group.
 * @returns null where a part of the group cannot be computed with the others
 */
function needsOf(
  between: ReadonlySet<Tensor>,
  { members, finishes, besides }: Together,
  all: ReadonlySet<Tensor>,
  graph: Graph,
): Set<Tensor> | null {
  const needs = new Set<Tensor>();
  let isPossible = true;
  const visit = (t: Tensor, ofFinish: boolean, seen: Set<Tensor>) => {
    for (const i of graph.inputsOf(t)) {
      if (!between.has(i) || seen.has(i)) continue;
      seen.add(i);
      if (all.has(i)) {
        const isKnown = besides.has(i) ? !ofFinish : ofFinish;
        // By a view it would be read from memory.
        if (!isKnown || t.source!.op.kind === "view") isPossible = false;
        continue;
      }
      needs.add(i);
      if (!graph.isLaunched(i)) visit(i, ofFinish, seen);
    }
  };
  const computed = new Set<Tensor>();
  for (const t of [...members, ...besides]) visit(t, false, computed);
  const finished = new Set<Tensor>();
  for (const t of finishes) visit(t, true, finished);
  return isPossible ? needs : null;
}
