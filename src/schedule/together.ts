import type { Tensor } from "../graph/tensor";

/** What one launch computes. */
export interface Together {
  /** Reductions. */
  readonly members: ReadonlySet<Tensor>;
  /** Tensors that are computed from their results. */
  readonly finishes: ReadonlySet<Tensor>;
  /** Tensors of the size of their inputs. */
  readonly besides: ReadonlySet<Tensor>;
}

interface Graph {
  inputsOf(t: Tensor): readonly Tensor[];
  /** Whether a tensor has a launch of its own. */
  isLaunched(t: Tensor): boolean;
}

/** Tensors with at most this share of a group's input elements are small: they may live longer. */
const SMALL = 1 / 8;

/**
 * Moves what one launch computes to one place of the order: to that of its first tensor, if all that the others need is there by then;
 * else to that of its last, if nothing needs the others before. No large tensor may live longer for it.
 * @returns null where that is not possible
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
 * The tensors among `between` that must come before the group.
 * @returns null where the tensors of the group depend on each other in a way that one launch cannot compute
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
        // A view of it would be read from memory.
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
