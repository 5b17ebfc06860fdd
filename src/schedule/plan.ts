import { bytesPerElement } from "../core/dtype";
import type { Spec } from "../core/shape";
import { type Home, homeOf, isComputed, scratch, type Tensor } from "../graph/tensor";
import type { Update } from "../graph/trace";
import type { Dispatch } from "../kernel/kernel";
import { byImmediates, type Target } from "../kernel/target";
import { worthComputingAgain } from "./again";
import { withCarried } from "./carry";
import type { Choice } from "./choice";
import { type Launches, tensorsOf, writtenBy } from "./dispatches";
import { inPlace } from "./inPlace";
import { Lowering, type LowerOptions } from "./lower";
import { asOneLaunch, isSmall, withoutWaiting, withSinglesJoined } from "./oneLaunch";
import { showPlan } from "./print";
import { assignSlots, bytesIn, type Life } from "./slots";
import { appendUpdates } from "./updates";

/** Where a tensor lives: in a slot of the plan, or in the buffer of a state. */
export type Place = { readonly slot: number } | Home;

/** A step as data: what to run, in order, and where each tensor lives. */
export interface Plan {
  readonly dispatches: readonly Dispatch[];
  /** The first dispatch of an update. From here on dispatches write states; before it, only counters that others carry. */
  readonly firstUpdate: number;
  /** Bytes of each slot. A slot is a buffer. */
  readonly slots: readonly number[];
  /** Places of the tensors that dispatches bind, and of the outputs, by tensor id. */
  readonly places: ReadonlyMap<number, Place>;
  /** Leaves that the caller fills: feeds and data. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** The states whose buffers the plan uses; an arena counts once. */
  readonly states: readonly Tensor[];
  /** The ops that can be computed by several kernels. */
  readonly choices: readonly Choice[];
  /** Floating-point operations of one run. */
  readonly flops: number;
  /** Bytes that the plan takes on the device. */
  readonly bytes: { readonly slots: number; readonly states: number; readonly params: number; readonly total: number };
  toString(): string;
}

export interface PlanRequest extends LowerOptions {
  readonly outputs: readonly Tensor[];
  readonly updates?: readonly Update[];
  /** Join launches that take longer than their work, see {@link asOneLaunch} and {@link withCarried}. */
  readonly join?: boolean;
  /** Leaves that get a place even if they are not used: the feeds of a captured step. */
  readonly inputs?: readonly Tensor[];
}

/** Bytes of a tensor's buffer: whole vec4s. */
export const bytesOf = (t: Spec & { readonly size: number }): number =>
  Math.ceil((t.size * bytesPerElement(t.dtype)) / 16) * 16;

/** Values are computed again if a plan's slots then take at most this share of the bytes. */
const WORTH_COMPUTING_AGAIN = 0.95;

/**
 * Schedules one step: lowers the graph of `outputs` and of what the updates read, then the updates, and gives every tensor a place.
 * Values that gradients offer to compute again are computed again if that saves enough memory.
 */
export function plan(request: PlanRequest): Plan {
  const kept = planned(request);
  if (request.join && isSmall(kept.dispatches)) return joined(request, kept);
  const apart = worthComputingAgain(wantedOf(request));
  if (!apart.size) return kept;
  const again = planned({ ...request, apart });
  return again.bytes.slots <= WORTH_COMPUTING_AGAIN * kept.bytes.slots ? again : kept;
}

const wantedOf = ({ outputs, updates = [] }: PlanRequest): Tensor[] => [...outputs, ...updates.flatMap((u) => u.reads)];

/** A small step as few launches, if its kernels allow it; else as it is. */
function joined(request: PlanRequest, apart: Plan): Plan {
  const lowered = lower({ ...request, target: withoutWaiting(request.target) });
  const joint = asOneLaunch({ ...lowered, kept: new Set(lowered.held.values()) }, request.target);
  if (!joint || joint.dispatches.length >= apart.dispatches.length) return apart;
  return assembled(request, { ...lowered, ...joint, choices: [] });
}

function planned(request: PlanRequest): Plan {
  const lowered = lower(request);
  if (!request.join) return assembled(request, lowered);
  const { direct } = lowered;
  return assembled(request, { ...lowered, ...withSinglesJoined(withCarried(lowered, direct), direct) });
}

/** The dispatches of a step, before they have buffers. */
interface Lowered extends Launches {
  /** What each output is read from. */
  readonly held: ReadonlyMap<Tensor, Tensor>;
  /** The tensors that are computed in a state, each with that state. */
  readonly direct: ReadonlyMap<Tensor, Tensor>;
  readonly choices: readonly Choice[];
}

function lower(request: PlanRequest): Lowered {
  const { outputs, updates = [] } = request;
  const lowering = new Lowering(wantedOf(request), request);
  const held = new Map(outputs.map((t) => [t, outputOf(t, lowering)] as const));
  const firstUpdate = lowering.dispatches.length;
  const direct = appendUpdates(lowering, updates, outputs);
  checkOrder(lowering.dispatches);
  return { dispatches: lowering.dispatches, firstUpdate, held, direct, choices: [...lowering.choices.values()] };
}

/** Gives every tensor a place. */
function assembled({ outputs, inputs = [], target }: PlanRequest, lowered: Lowered): Plan {
  const { firstUpdate, held, direct, choices } = lowered;
  const leaves = leavesOf(lowered.dispatches, [...inputs, ...held.values()]);
  const states = [
    ...new Set([...leaves.filter((t) => t.leaf?.kind === "state"), ...direct.values()].map((t) => homeOf(t).state)),
  ];
  const fed = leaves.filter((t) => t.leaf?.kind === "feed" || t.leaf?.kind === "data");
  const { dispatches, slots, slotOf } = placed(lowered.dispatches, fed, new Set(held.values()), direct);

  const places = new Map<number, Place>();
  for (const [id, slot] of slotOf) places.set(id, { slot });
  for (const t of leaves) if (t.leaf?.kind === "state") places.set(t.id, homeOf(t));
  for (const [t, range] of direct) places.set(t.id, homeOf(range));
  for (const [t, base] of held) places.set(t.id, places.get(base.id)!);
  const made: Plan = {
    dispatches,
    firstUpdate,
    slots,
    places,
    inputs: fed,
    outputs,
    states,
    choices,
    flops: dispatches.reduce((n, d) => n + d.flops, 0),
    bytes: byteEstimate(dispatches, slots, states, target),
    toString: () => showPlan(made),
  };
  return made;
}

/** What an output is read from. For a view of a state that is a copy of the state, made before the updates. */
function outputOf(t: Tensor, lowering: Lowering): Tensor {
  const base = lowering.contiguous(t);
  if (t === base || base.leaf?.kind !== "state") return base;
  const aside = scratch(base);
  lowering.copy(base, aside);
  return aside;
}

/** @throws Error where a dispatch reads what no earlier one has written, or what it writes itself: a bug of fusion */
function checkOrder(dispatches: readonly Dispatch[]): void {
  const made = new Set<Tensor>();
  for (const d of dispatches) {
    const written = writtenBy(d);
    const early = d.variant.bindings.find(({ access }, i) => {
      const t = tensorsOf(d)[i]!;
      return access === "read" && !t.leaf && (!made.has(t) || written.includes(t));
    });
    if (early) throw new Error(`plan: ${d.variant.name} reads ${early.name} before it is made`);
    for (const t of written) made.add(t);
  }
}

/** Dispatches write over inputs if slots then take at most this share of the bytes: such kernels are additional pipelines. */
const WORTH_SHARING = 0.95;

/** Gives tensors slots. Lets dispatches write over inputs where that saves enough memory. */
function placed(
  dispatches: readonly Dispatch[],
  fed: readonly Tensor[],
  kept: ReadonlySet<Tensor>,
  direct: ReadonlyMap<Tensor, Tensor>,
) {
  const apart = assignSlots(livesOf(dispatches, fed, kept, direct));
  const mayShare = (t: Tensor) => isComputed(t) && !direct.has(t) && !kept.has(t);
  const sharing = inPlace(dispatches, mayShare);
  if (!sharing.over.size) return { dispatches, ...apart };
  const rootOf = (t: Tensor): Tensor => (sharing.over.has(t) ? rootOf(sharing.over.get(t)!) : t);
  const renamed = sharing.dispatches.map((d) => ({ ...d, buffers: tensorsOf(d).map(rootOf) }));
  const together = assignSlots(livesOf(renamed, fed, kept, direct));
  if (bytesIn(together) > WORTH_SHARING * bytesIn(apart)) return { dispatches, ...apart };
  const slotOf = new Map(together.slotOf);
  for (const t of sharing.over.keys()) slotOf.set(t.id, together.slotOf.get(rootOf(t).id)!);
  return { dispatches: sharing.dispatches, slots: together.slots, slotOf };
}

function leavesOf(dispatches: readonly Dispatch[], more: readonly Tensor[]): Tensor[] {
  return [...new Set([...more, ...dispatches.flatMap(tensorsOf)])].filter((t) => !isComputed(t));
}

/** The life of every tensor that needs a slot. Fed tensors live during the whole run, and outputs until after it. */
function livesOf(
  dispatches: readonly Dispatch[],
  fed: readonly Tensor[],
  kept: ReadonlySet<Tensor>,
  direct: ReadonlyMap<Tensor, Tensor>,
): Life[] {
  const end = dispatches.length;
  const lives = new Map<Tensor, Life>();
  for (const t of fed) lives.set(t, { id: t.id, bytes: bytesOf(t), first: -1, last: end });
  dispatches.forEach((d, at) => {
    for (const t of tensorsOf(d)) {
      if (t.leaf?.kind === "state" || direct.has(t) || lives.get(t)?.last === end) continue;
      const first = lives.get(t)?.first ?? at;
      lives.set(t, { id: t.id, bytes: bytesOf(t), first, last: kept.has(t) ? end : at });
    }
  });
  return [...lives.values()];
}

function byteEstimate(
  dispatches: readonly Dispatch[],
  slots: readonly number[],
  states: readonly Tensor[],
  target: Target,
) {
  const uniform = dispatches.filter((d) => !byImmediates(target, d.variant.params.length));
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  const bytes = {
    slots: sum(slots),
    states: sum(states.map(bytesOf)),
    params: sum(uniform.map((d) => (d.params.byteLength ? Math.ceil(d.params.byteLength / 256) * 256 : 0))),
  };
  return { ...bytes, total: bytes.slots + bytes.states + bytes.params };
}
