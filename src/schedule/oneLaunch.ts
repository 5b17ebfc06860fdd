import { isComputed, type Range, rangeOf, scratch, type Tensor } from "../graph/tensor";
import { type Dispatch, MAX_BUFFERS, type Param, type Variant } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { isSingle } from "./carry";
import { inConflict, type Launches, type Touched, tensorsOf, touchedBy, writtenBy } from "./dispatches";
import { type Phase, type Placed, phaseOf } from "./phase";
import { showDispatch, withOffset } from "./print";
import { bindingOf, joinedParams, paramsStruct, uniformBinding } from "./wgsl";

/** The most that a launch of a small step computes: a few operations for each invocation of a workgroup. */
const MOST_FLOPS = 2 ** 14;
/** The most elements of any tensor in it. */
const MOST_ELEMENTS = 2 ** 11;
/** The most launches that a small step has by itself. */
const MOST_LAUNCHES = 24;
/** The most that become one, if that is all of them, and else: compiling their text takes longer than in proportion. */
const [MOST_IN_ALL, MOST_IN_PART] = [10, 5];

/** Invocations of the one workgroup; on a CPU, where few run at a time, waiting for each other costs more the more they are. */
const lanesOn = ({ cpu }: Target): number => (cpu ? 32 : 256);

/** Whether launching the dispatches takes longer than their work, so that one workgroup may do it all. */
export const isSmall = (dispatches: readonly Dispatch[]): boolean =>
  dispatches.length > 1 &&
  dispatches.length <= MOST_LAUNCHES &&
  dispatches.every((d) => d.flops <= MOST_FLOPS && tensorsOf(d).every((t) => t.size <= MOST_ELEMENTS));

/** A target for which kernels are planned whose invocations do not wait for each other. */
export const withoutWaiting = (target: Target): Target => ({
  ...target,
  cpu: true,
  subgroupSize: 0,
  unrolled: false,
  isSmall: true,
  tuning: {},
});

/** A step before its tensors have places. */
interface Step extends Launches {
  /** Tensors that have buffers of their own, as the outputs. */
  readonly kept: ReadonlySet<Tensor>;
  /** Tensors that are computed in a state, each with that state. */
  readonly direct: ReadonlyMap<Tensor, Tensor>;
}

/** What the joint launches share. */
interface Shared {
  /** Invocations of the workgroup. */
  readonly lanes: number;
  /** Where each tensor is. */
  readonly rangeOf: (t: Tensor) => Range;
  /** The most dispatches that become one. */
  readonly most: number;
}

/**
 * The dispatches as few launches of one workgroup each, which does their work one after the other. Results that nothing else needs
 * lie side by side in one buffer.
 * @returns null where the step is not {@link isSmall small}, or a kernel cannot be a part of such a launch
 */
export function asOneLaunch({ dispatches, firstUpdate, kept, direct }: Step, target: Target): Launches | null {
  if (!isSmall(dispatches)) return null;
  const placeOf = rangesIn(dispatches, kept, direct);
  if (mayMove(dispatches, placeOf)) return null;
  const most = dispatches.length <= MOST_IN_ALL ? MOST_IN_ALL : MOST_IN_PART;
  const made: JointLaunch[] = [];
  let updating: number | undefined;
  for (const [i, d] of dispatches.entries()) {
    if (!made.at(-1)?.add(d)) {
      const launch = new JointLaunch({ lanes: lanesOn(target), rangeOf: placeOf, most });
      if (!launch.add(d)) return null;
      made.push(launch);
    }
    if (i === firstUpdate) updating = made.length - 1;
  }
  return { dispatches: made.map((launch) => launch.dispatch()), firstUpdate: updating ?? made.length };
}

/**
 * The dispatches, of which those of one invocation that follow each other are one.
 * @param direct tensors that are computed in a state, each with that state
 */
export function withSinglesJoined(
  { dispatches, firstUpdate }: Launches,
  direct: ReadonlyMap<Tensor, Tensor>,
): Launches {
  const shared = { lanes: 1, rangeOf: (t: Tensor) => rangeOf(direct.get(t) ?? t), most: MOST_IN_ALL };
  const made: { readonly d: Dispatch; readonly launch: JointLaunch | null }[] = [];
  let updating = firstUpdate;
  for (const [i, d] of dispatches.entries()) {
    const mayJoin = isSingle(d) && !mayMove([d], shared.rangeOf);
    if (mayJoin && made.at(-1)?.launch?.add(d)) {
      if (i < firstUpdate) updating--;
      continue;
    }
    const launch = new JointLaunch(shared);
    made.push({ d, launch: mayJoin && launch.add(d) ? launch : null });
  }
  const joined = made.map(({ d, launch }) => (launch && launch.count > 1 ? launch.dispatch() : d));
  return { dispatches: joined, firstUpdate: updating };
}

/**
 * Whether a state may later live elsewhere than its offset says: a parameter that another optimizer takes over. The step notices
 * only if it writes the buffer that the parameter is in.
 */
function mayMove(dispatches: readonly Dispatch[], rangeOf: (t: Tensor) => Range): boolean {
  const written = new Set(dispatches.flatMap(writtenBy).map((t) => rangeOf(t).state));
  return dispatches.flatMap(tensorsOf).some((t) => t.home && !written.has(t.home.state));
}

/** Gives the tensors that live only within the dispatches a place in one buffer. */
function rangesIn(
  dispatches: readonly Dispatch[],
  kept: ReadonlySet<Tensor>,
  direct: ReadonlyMap<Tensor, Tensor>,
): (t: Tensor) => Range {
  const offsets = new Map<Tensor, number>();
  let length = 0;
  for (const t of dispatches.flatMap(tensorsOf)) {
    const isInner = isComputed(t) && !kept.has(t) && !direct.has(t);
    if (!isInner || offsets.has(t)) continue;
    offsets.set(t, length);
    length += Math.ceil(t.size / 4) * 4;
  }
  const inner = scratch({ shape: [length], dtype: "f32" });
  return (t) => {
    const offset = offsets.get(t);
    return offset === undefined ? rangeOf(direct.get(t) ?? t) : { state: inner, offset, size: t.size };
  };
}

/** A dispatch in a joint launch. */
interface Part {
  readonly d: Dispatch;
  readonly phase: Phase;
  /** Whether all invocations wait for each other before it. */
  readonly waits: boolean;
  /** The dispatch as text, see {@link Dispatch.joins}. */
  readonly shown: string;
}

/** Several dispatches that become one. */
class JointLaunch {
  readonly #parts: Part[] = [];
  /** The buffers that are bound, and whether they are written. */
  readonly #bound = new Map<Tensor, boolean>();
  /** What was read and written since all invocations last waited for each other. */
  #touched: readonly Touched[] = [];

  constructor(readonly shared: Shared) {}

  /** Adds a dispatch at the end. @returns whether that is possible */
  add(d: Dispatch): boolean {
    const touches = touchedBy(d, this.shared.rangeOf);
    const bound = new Map(this.#bound);
    for (const { state, isWritten } of touches) bound.set(state, isWritten || (bound.get(state) ?? false));
    if (bound.size > MAX_BUFFERS || this.#parts.length === this.shared.most) return false;
    const buffers = [...bound.keys()];
    const places = touches.map(({ state, offset }) => ({ buffer: memory(buffers.indexOf(state)), offset }));
    const phase = phaseOf(d, prefixOf(this.#parts.length), places, this.shared.lanes);
    if (!phase) return false;
    for (const [buffer, isWritten] of bound) this.#bound.set(buffer, isWritten);
    const waits = inConflict(touches, this.#touched);
    this.#touched = [...(waits ? [] : this.#touched), ...touches];
    const where = ({ buffer, offset }: Placed) => withOffset(buffer, offset);
    this.#parts.push({ d, phase, waits, shown: showDispatch(d, places.map(where)) });
    return true;
  }

  get count(): number {
    return this.#parts.length;
  }

  dispatch(): Dispatch {
    const all = this.#parts.map(({ d }) => d);
    return {
      variant: this.#variant(),
      buffers: [...this.#bound.keys()],
      params: joinedParams(all),
      workgroups: [1, 1, 1],
      flops: all.reduce((n, d) => n + d.flops, 0),
      joins: this.#parts.map(({ shown }) => shown),
    };
  }

  #variant(): Variant {
    const bindings = [...this.#bound.values()].map((isWritten, n) => ({
      name: memory(n),
      access: isWritten ? ("write" as const) : ("read" as const),
    }));
    const params = this.#parts.flatMap(({ d }, n) =>
      d.variant.params.map((p): Param => ({ ...p, name: prefixOf(n) + p.name })),
    );
    const code = this.#code(bindings, params);
    const count = this.#parts.length;
    return {
      key: code,
      name: `${count} in one`,
      code,
      bindings,
      params,
      workgroupSize: [this.shared.lanes, 1, 1],
      enables: [],
      hook: false,
    };
  }

  #code(bindings: Variant["bindings"], params: readonly Param[]): string {
    const storage = bindings.map(({ name, access }, n) => bindingOf(n, name, "u32", access === "write"));
    const uniform = `${paramsStruct(params)}\n${uniformBinding(bindings.length)}`;
    const work = this.#parts.map(
      ({ d, phase, waits }) => `${waits ? "  storageBarrier();\n" : ""}  // ${d.variant.name}\n  ${phase.call}`,
    );
    return `${storage.join("\n")}
${params.length ? uniform : ""}
${this.#parts.map(({ phase }) => phase.text).join("\n")}
@compute @workgroup_size(${this.shared.lanes})
fn main(@builtin(local_invocation_index) lane: u32) {
${work.join("\n")}
}
`;
  }
}

/** Names of buffers and of the kernels' own names in the text. */
const memory = (n: number): string => `memory_${n}`;
const prefixOf = (part: number): string => `p${part}_`;
