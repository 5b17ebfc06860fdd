import { homeOf, isComputed, overlap, scratch, type Tensor } from "../graph/tensor";
import type { Update } from "../graph/trace";
import type { Dispatch } from "../kernel/kernel";
import { tensorsOf, writtenBy } from "./dispatches";
import type { Lowering } from "./lower";

/** A computed tensor, or a state as it was before the step, and the state that takes its value. */
interface Assign {
  readonly base: Tensor;
  readonly to: Tensor;
}

interface LoweredUpdate {
  readonly assigns: readonly Assign[];
  readonly dispatches: readonly Dispatch[];
}

/**
 * Lowers the updates, after all compute and in the order in which they were recorded: for each its assigns, then its dispatches. A
 * state whose value is assigned to another state is taken as it was before the step.
 * @returns the tensors that are computed directly in a state (a gradient in its arena), each with that state
 */
export function appendUpdates(
  lowering: Lowering,
  updates: readonly Update[],
  outputs: readonly Tensor[],
): ReadonlyMap<Tensor, Tensor> {
  const lowered = updates.map(
    (u): LoweredUpdate => ({
      assigns: (u.assigns ?? []).map(({ from, to }) => ({ base: lowering.contiguous(from), to })),
      dispatches: u.lower(lowering.options.target),
    }),
  );
  const direct = placeDirectly(lowering, lowered, new Set(outputs.map((t) => lowering.contiguous(t))));
  const written = writtenStates(lowered);
  const old = new Map<Tensor, Tensor>();
  for (const { base } of lowered.flatMap((u) => u.assigns)) {
    if (base.leaf?.kind !== "state" || old.has(base) || !written.has(homeOf(base).state)) continue;
    const aside = scratch(base);
    lowering.copy(base, aside);
    old.set(base, aside);
  }
  for (const { assigns, dispatches } of lowered) {
    for (const { base, to } of assigns) if (direct.get(base) !== to) lowering.copy(old.get(base) ?? base, to);
    lowering.append(dispatches);
  }
  return direct;
}

/**
 * Finds the tensors that can be computed directly in the state that they are assigned to. Others are copied: leaves, outputs, what is
 * assigned twice, and where the state is used before: by the step, by an earlier update, or as a value assigned elsewhere.
 */
function placeDirectly(
  lowering: Lowering,
  updates: readonly LoweredUpdate[],
  outputs: ReadonlySet<Tensor>,
): Map<Tensor, Tensor> {
  const all = updates.flatMap((u) => u.assigns);
  const moved = new Set(all.flatMap(({ base }) => (base.leaf?.kind === "state" ? [homeOf(base).state] : [])));
  const isOnce = (one: Assign) => !all.some((a) => a !== one && (a.base === one.base || overlap(a.to, one.to)));
  const direct = new Map<Tensor, Tensor>();
  const named = new Set<Tensor>();
  for (const { assigns, dispatches } of updates) {
    for (const a of assigns) {
      const { state } = homeOf(a.to);
      if (isComputed(a.base) && !outputs.has(a.base) && !moved.has(state) && !named.has(state) && isOnce(a))
        direct.set(a.base, a.to);
    }
    for (const t of dispatches.flatMap(tensorsOf)) if (t.leaf?.kind === "state") named.add(homeOf(t).state);
  }
  for (const [base, to] of direct) if (readsBesideWriting(lowering.dispatches, base, to, direct)) direct.delete(base);
  return direct;
}

/** The buffers of states that updates write. */
function writtenStates(updates: readonly LoweredUpdate[]): ReadonlySet<Tensor> {
  const written = updates.flatMap(({ assigns, dispatches }) => [
    ...assigns.map((a) => a.to),
    ...dispatches.flatMap(writtenBy),
  ]);
  return new Set(written.filter((t) => t.leaf?.kind === "state").map((t) => homeOf(t).state));
}

/**
 * Whether `base` must not be computed directly in `to`: a dispatch of the step still uses the state's old value, or one that binds
 * `base` would read one range of the buffer and write another.
 */
function readsBesideWriting(
  dispatches: readonly Dispatch[],
  base: Tensor,
  to: Tensor,
  direct: ReadonlyMap<Tensor, Tensor>,
): boolean {
  const { state } = homeOf(to);
  const isState = (t: Tensor) => t.leaf?.kind === "state" && homeOf(t).state === state;
  const isPlaced = (t: Tensor) => direct.has(t) && homeOf(direct.get(t)!).state === state;
  return dispatches.some((d) => {
    const names = tensorsOf(d);
    if (names.some(isState)) return true;
    if (!names.includes(base)) return false;
    const access = names.flatMap((t, i) => (isPlaced(t) ? [d.variant.bindings[i]!.access] : []));
    return access.includes("read") && access.includes("write");
  });
}
