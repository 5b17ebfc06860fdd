import { isFloat } from "../core/dtype";
import { sameShape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { MAX_BUFFERS } from "../kernel/kernel";
import { liesInFours } from "./fours";
import { type Siblings, siblingsIn } from "./siblings";
import { offeredSums, type Sides, sideSums } from "./sides";
import { type Places, placesIn, type StepGraph } from "./stepGraph";

/** Buffers that a composed kernel may read; one more is for the result. */
const MAX_READS = MAX_BUFFERS - 1;

/** How tensors are joined into kernels. */
export interface Fusion extends Sides {
  /** The order in which tensors are computed: a host's other results come with what is computed on its first. */
  readonly order: readonly Tensor[];
  /** Tensors that are computed within the kernels that read them. */
  readonly inlined: ReadonlySet<Tensor>;
  /** Tensors that are computed on the result of another kernel, each with that result (the host). */
  readonly hosts: ReadonlyMap<Tensor, Tensor>;
  /** Tensors that others read as well, each with one that the same kernel computes from it and stores too. */
  readonly tails: ReadonlyMap<Tensor, Tensor>;
  /** Groups of reductions that share one launch. */
  readonly siblings: readonly Siblings[];
  /** Kernels that compute their first input instead of reading it, each with that input. */
  readonly prologues: ReadonlyMap<Tensor, Tensor>;
  /** Tensors joined of pointwise ones, which are computed at their places in the result. */
  readonly joins: ReadonlySet<Tensor>;
}

/**
 * Decides how tensors are joined into kernels.
 *
 * A pointwise tensor is inlined if all tensors that read it have its size and are computed in one kernel, so that nothing is computed
 * twice, and if that kernel still reads at most {@link MAX_READS} buffers. Constants, and what is computed from constants
 * alone, are always inlined.
 * @param fuse false: each op is a kernel of its own
 */
export function fusion(graph: StepGraph, fuse: boolean): Fusion {
  const { wanted, constants, inputsOf, readersOf } = graph;
  const inlined = new Set([...constants].filter((t) => t.source?.op.kind === "pointwise" && !wanted.has(t)));
  if (!fuse) return unfused(graph.order, inlined);

  const groups = groupsOf(graph);
  for (const [t, root] of groups.rootOf) if (root !== t) inlined.add(t);
  const hosts = hostsOf(graph, groups, inlined);
  const known = { ...groups, graph, hosts, taken: offeredSums(graph) };
  const { order, siblings, ...found } = siblingsIn(withHosts(graph.order, hosts), known);
  const together = new Set(siblings.flatMap((s) => [...s.members, ...s.finishes, ...s.besides]));
  for (const [root, host] of hosts) if (together.has(root) || together.has(host)) hosts.delete(root);
  for (const t of found.inlined) inlined.add(t);
  const finished = new Set([...hosts.values()].flatMap((host) => host.source!.outs));
  const { sides, later } = sideSums(
    order.filter((t) => !finished.has(t)),
    graph,
    placesIn(order, graph),
  );
  /** Whether a tensor has one reader, and so far a kernel of its own. */
  const isAlone = (i: Tensor) =>
    readersOf(i).length === 1 && !wanted.has(i) && !inlined.has(i) && !hosts.has(i) && !together.has(i);
  const free = order.filter((t) => !sides.has(t) && !together.has(t));
  const prologues = prologuesOf(free, graph, isAlone);
  for (const i of prologues.values()) inlined.add(i);
  const mayMove = (i: Tensor) => (constants.has(i) ? inlined.has(i) : isAlone(i));
  const joins = new Set(order.filter((t) => isJoin(t, graph) && inputsOf(t).every(mayMove)));
  for (const t of joins) for (const i of inputsOf(t)) inlined.add(i);
  const tails = tailsOf(order, groups.reads, inlined, hosts, together);
  return { order, inlined, hosts, tails, siblings, sides, later, prologues, joins };
}

/** Each tensor has a kernel of its own, but for what is computed from constants. */
function unfused(order: readonly Tensor[], inlined: ReadonlySet<Tensor>): Fusion {
  const none = new Map<Tensor, Tensor>();
  const nobody = new Set<Tensor>();
  const found = { hosts: none, tails: none, siblings: [], sides: none, later: nobody, prologues: none, joins: nobody };
  return { order, inlined, ...found };
}

/** The kernels that can compute their first input, where that is pointwise and read by them alone. */
function prologuesOf(
  kernels: readonly Tensor[],
  { inputsOf }: StepGraph,
  isAlone: (t: Tensor) => boolean,
): Map<Tensor, Tensor> {
  const prologues = new Map<Tensor, Tensor>();
  const computed = new Set<Tensor>();
  for (const t of kernels) {
    if (t.source?.op.kind !== "kernel" || !t.source.op.prologue) continue;
    const input = inputsOf(t)[0]!;
    // A kernel with several outputs is in the list once for each.
    if (input.source?.op.kind !== "pointwise" || !isAlone(input) || computed.has(input)) continue;
    prologues.set(t, input);
    computed.add(input);
  }
  return prologues;
}

/** Whether a tensor only joins pointwise ones, each of which can be written to its place as vec4s. */
function isJoin(t: Tensor, { inputsOf }: StepGraph): boolean {
  if (t.source?.op.kind !== "kernel" || !t.source.op.pieces) return false;
  const inputs = inputsOf(t);
  return (
    inputs.every((i) => i.source?.op.kind === "pointwise") &&
    new Set(inputs).size === inputs.length &&
    t.source.op.pieces(inputs, t.source.attrs).every(liesInFours)
  );
}

/** Pointwise tensors by the kernels that compute them. */
export interface Groups {
  /** For each pointwise tensor, the one in whose kernel it is computed. */
  readonly rootOf: ReadonlyMap<Tensor, Tensor>;
  /** What the kernel of each root reads. */
  readonly reads: ReadonlyMap<Tensor, ReadonlySet<Tensor>>;
}

/** Groups pointwise tensors into kernels, from the last to the first: so the kernels that read a tensor are known before its own. */
function groupsOf({ order, wanted, constants, inputsOf, readersOf }: StepGraph): Groups {
  const rootOf = new Map<Tensor, Tensor>();
  const reads = new Map<Tensor, Set<Tensor>>();
  for (const t of [...order].reverse()) {
    if (t.source?.op.kind !== "pointwise" || (constants.has(t) && !wanted.has(t))) continue;
    const own = inputsOf(t).filter((i) => !constants.has(i));
    const readers = wanted.has(t) ? [] : readersOf(t);
    const [root, ...others] = new Set(readers.map((r) => (r.size === t.size ? rootOf.get(r) : undefined)));
    const joined = new Set(root && !others.length ? [...own, ...reads.get(root)!] : own);
    joined.delete(t);
    const fits = root && !others.length && joined.size <= MAX_READS;
    rootOf.set(t, fits ? root : t);
    reads.set(fits ? root : t, fits ? joined : new Set(own));
  }
  return { rootOf, reads };
}

/**
 * Finds tensors that the kernel of another one can compute from it and store as a second result: so it is not read again. Only where no
 * other kernel is between the two in the order: else the second would be computed early, and kept longer.
 */
function tailsOf(
  order: readonly Tensor[],
  reads: Groups["reads"],
  inlined: ReadonlySet<Tensor>,
  hosts: Fusion["hosts"],
  together: ReadonlySet<Tensor>,
): Map<Tensor, Tensor> {
  const tails = new Map<Tensor, Tensor>();
  const position = new Map(order.map((t, i) => [t, i]));
  const taken = new Set<Tensor>(hosts.values());
  let before: Tensor | undefined;
  for (const t of order) {
    if (!t.source || t.source.op.kind === "view" || inlined.has(t) || taken.has(t)) continue;
    const own = reads.get(t);
    const last = before;
    before = together.has(t) ? undefined : t;
    if (!before) continue;
    if (!own || hosts.has(t) || !last || !own.has(last) || !isFloat(last.dtype) || !sameShape(last.shape, t.shape))
      continue;
    // Everything else that it reads must be computed before the first. This also excludes views of the first.
    if ([...own].some((i) => i !== last && i.source && position.get(i)! > position.get(last)!)) continue;
    if ((last.source!.op.kind === "kernel" && last.source!.outs.length > 1) || tails.has(last)) continue;
    tails.set(last, t);
    before = undefined; // no third result
  }
  return tails;
}

/** For each root the kernel on whose result it can be computed: of those that it reads the last one. */
function hostsOf(graph: StepGraph, { rootOf, reads }: Groups, inlined: ReadonlySet<Tensor>): Map<Tensor, Tensor> {
  const hosts = new Map<Tensor, Tensor>();
  const places = placesIn(graph.order, graph);
  for (const [root, own] of reads) {
    if (inlined.has(root) || !isFloat(root.dtype)) continue;
    const allWithin = (i: Tensor) => graph.readersOf(i).every((r) => rootOf.get(r) === root);
    const host = [...own].reverse().find((i) => isHost(i, root, places) && !graph.wanted.has(i) && allWithin(i));
    if (host) hosts.set(root, host);
  }
  return hosts;
}

/** Whether the kernel that makes `i` as its first result could compute `t` on it. Its other results must not be needed before. */
const isHost = (i: Tensor, t: Tensor, { placeOf, readAt }: Places): boolean =>
  i.source?.op.kind === "kernel" &&
  i.source.index === 0 &&
  i.source.outs.every((o) => o === i || readAt(o) > placeOf(t)) &&
  isFloat(i.dtype) &&
  (i.source.op.halves === true || (i.dtype === "f32" && t.dtype === "f32")) &&
  sameShape(i.shape, t.shape);

/** The order, with the other results of each host moved to where its kernel is launched: after what is computed on its first. */
function withHosts(order: readonly Tensor[], hosts: Fusion["hosts"]): readonly Tensor[] {
  const others = new Map<Tensor, Tensor[]>();
  const present = new Set(order);
  for (const [root, host] of hosts)
    others.set(
      root,
      host.source!.outs.filter((o) => o !== host && present.has(o)),
    );
  const moved = new Set([...others.values()].flat());
  return moved.size ? order.flatMap((t) => (moved.has(t) ? [] : [t, ...(others.get(t) ?? [])])) : order;
}
