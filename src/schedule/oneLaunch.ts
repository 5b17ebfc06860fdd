import { homeOf, isComputed, type Range, rangesOverlap, scratch, type Tensor } from "../graph/tensor";
import { type Dispatch, MAX_BUFFERS, type Param, type Variant } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { isSingle, type Launches } from "./carry";
import { tensorsOf, writtenBy } from "./dispatches";
import { type Phase, type Placed, phaseOf } from "./phase";
import { showDispatch, withOffset } from "./print";
import { paramsStruct, readBindings, uniformBinding, writeBinding } from "./wgsl";

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
interface Step {
  readonly dispatches: readonly Dispatch[];
  /** The first of them that is of an update. */
  readonly firstUpdate: number;
  /** Tensors that have buffers of their own, as the outputs. */
  readonly kept: ReadonlySet<Tensor>;
  /** Tensors that are computed in a state, each with that state. */
  readonly direct: ReadonlyMap<Tensor, Tensor>;
}

type Joint = Pick<Step, "dispatches" | "firstUpdate">;

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
export function asOneLaunch({ dispatches, firstUpdate, kept, direct }: Step, target: Target): Joint | null {
  if (!isSmall(dispatches)) return null;
  const rangeOf = rangesIn(dispatches, kept, direct);
  if (mayMove(dispatches, rangeOf)) return null;
  const most = dispatches.length <= MOST_IN_ALL ? MOST_IN_ALL : MOST_IN_PART;
  const made: JointLaunch[] = [];
  let updating: number | undefined;
  for (const [i, d] of dispatches.entries()) {
    if (!made.at(-1)?.add(d)) {
      const launch = new JointLaunch({ lanes: lanesOn(target), rangeOf, most });
      if (!launch.add(d)) return null;
      made.push(launch);
    }
    if (i === firstUpdate) updating = made.length - 1;
  }
  return { dispatches: made.map((launch) => launch.dispatch()), firstUpdate: updating ?? made.length };
}

/** The dispatches, of which those of one invocation that follow each other are one. */
export function withSinglesJoined({ dispatches, firstUpdate, direct }: Launches): Joint {
  const rangeOf = (t: Tensor): Range => ({ ...homeOf(direct.get(t) ?? t), size: t.size });
  const made: Dispatch[] = [];
  let open: { readonly launch: JointLaunch; readonly at: number } | undefined;
  let updating = firstUpdate;
  for (const [i, d] of dispatches.entries()) {
    const mayJoin = isSingle(d) && !mayMove([d], rangeOf);
    if (mayJoin && open?.launch.add(d)) {
      made[open.at] = open.launch.dispatch();
      if (i < firstUpdate) updating--;
      continue;
    }
    const launch = new JointLaunch({ lanes: 1, rangeOf, most: MOST_IN_ALL });
    open = mayJoin && launch.add(d) ? { launch, at: made.length } : undefined;
    made.push(d);
  }
  return { dispatches: made, firstUpdate: updating };
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
    const home = offset === undefined ? homeOf(direct.get(t) ?? t) : { state: inner, offset };
    return { ...home, size: t.size };
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
  #touched: (Range & { readonly isWritten: boolean })[] = [];

  constructor(readonly shared: Shared) {}

  /** Adds a dispatch at the end. @returns whether that is possible */
  add(d: Dispatch): boolean {
    const written = new Set(writtenBy(d));
    const touches = tensorsOf(d).map((t) => ({ ...this.shared.rangeOf(t), isWritten: written.has(t) }));
    const bound = new Map(this.#bound);
    for (const { state, isWritten } of touches) bound.set(state, isWritten || (bound.get(state) ?? false));
    if (bound.size > MAX_BUFFERS || this.#parts.length === this.shared.most) return false;
    const buffers = [...bound.keys()];
    const places = touches.map(({ state, offset }) => ({ buffer: memory(buffers.indexOf(state)), offset }));
    const phase = phaseOf(d, prefixOf(this.#parts.length), places, this.shared.lanes);
    if (!phase) return false;
    for (const [buffer, isWritten] of bound) this.#bound.set(buffer, isWritten);
    const waits = touches.some((a) => this.#touched.some((b) => (a.isWritten || b.isWritten) && rangesOverlap(a, b)));
    this.#touched = [...(waits ? [] : this.#touched), ...touches];
    const where = ({ buffer, offset }: Placed) => withOffset(buffer, offset);
    this.#parts.push({ d, phase, waits, shown: showDispatch(d, places.map(where)) });
    return true;
  }

  dispatch(): Dispatch {
    const all = this.#parts.map(({ d }) => d);
    return {
      variant: this.#variant(),
      buffers: [...this.#bound.keys()],
      params: paramsOf(all),
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
    const storage = bindings.map(({ name, access }, n) =>
      access === "read" ? readBindings([{ name, type: "u32" }], n)[0] : writeBinding(n, name, "u32"),
    );
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

/** The parameters of all dispatches, one after the other. */
function paramsOf(dispatches: readonly Dispatch[]): ArrayBuffer {
  const words = dispatches.flatMap(({ variant, params }) => [...new Uint32Array(params, 0, variant.params.length)]);
  const padded = new Uint32Array(Math.ceil(words.length / 4) * 4);
  padded.set(words);
  return padded.buffer;
}
