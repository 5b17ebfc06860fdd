import { sameShape } from "../core/shape";
import type { KernelOp, SumOf } from "../graph/op";
import type { Tensor } from "../graph/tensor";

/** Buffers that a composed kernel may read: eight storage bindings a stage everywhere, one of them for the result. */
const MAX_READS = 7;

/** What becomes of pointwise tensors. */
export interface Fusion {
  /** Computed within the kernel of their only reader. */
  readonly inlined: ReadonlySet<Tensor>;
  /** Computed, with all that is inlined in them, on the results of the kernel that makes the tensor they map to. */
  readonly hosts: ReadonlyMap<Tensor, Tensor>;
  /** Sums that a kernel makes on the side, each with a tensor of that kernel. */
  readonly sides: ReadonlyMap<Tensor, Tensor>;
  /** Pointwise tensors that the kernel reading them computes in place of the reads: each with its input. */
  readonly prologues: ReadonlyMap<Tensor, Tensor>;
}

/**
 * The pointwise tensors that get no buffer of their own, but are computed within the kernel of the one that reads them.
 *
 * A tensor is inlined when its only reader is a pointwise op of the same size, so that nothing is computed twice, and
 * the reader's kernel still binds at most {@link MAX_READS} buffers. Constants, and what is computed from constants
 * alone, are always inlined.
 */
export function fusion(
  order: readonly Tensor[],
  roots: readonly Tensor[],
  inputsOf: (t: Tensor) => readonly Tensor[],
  fuse: boolean,
): Fusion {
  const inlined = new Set<Tensor>();
  const wanted = new Set(roots);
  const readers = countReaders(order, inputsOf);
  const reads = new Map<Tensor, ReadonlySet<Tensor>>();
  const constants = new Set<Tensor>();
  for (const t of order) {
    const inputs = [...new Set(inputsOf(t))];
    const { kind } = t.source?.op ?? {};
    if (kind !== "kernel" && t.source && inputs.every((i) => constants.has(i))) constants.add(t);
    if (kind !== "pointwise") continue;
    const own = new Set(inputs.filter((i) => !constants.has(i)));
    for (const input of own) {
      const fits = input.source?.op.kind === "pointwise" && readers.get(input) === 1 && input.size === t.size;
      if (!fuse || !fits || wanted.has(input)) continue;
      const joined = new Set([...own, ...reads.get(input)!]);
      joined.delete(input);
      if (joined.size > MAX_READS) continue;
      own.delete(input);
      for (const r of reads.get(input)!) own.add(r);
      inlined.add(input);
    }
    reads.set(t, own);
    if (constants.has(t) && !wanted.has(t)) inlined.add(t);
  }
  const hosts = new Map<Tensor, Tensor>();
  if (fuse)
    for (const [t, own] of reads) {
      if (inlined.has(t) || t.dtype !== "f32") continue;
      const host = [...own].reverse().find((i) => isHost(i, t) && readers.get(i) === 1 && !wanted.has(i));
      if (host) hosts.set(t, host);
    }
  if (!fuse) return { inlined, hosts, sides: new Map(), prologues: new Map() };
  const finished = new Set(hosts.values());
  const sides = sideSums(
    order.filter((t) => !finished.has(t)),
    inputsOf,
  );
  const prologues = new Map<Tensor, Tensor>();
  for (const t of order) {
    if (t.source?.op.kind !== "kernel" || !t.source.op.prologue || sides.has(t)) continue;
    const input = inputsOf(t)[0]!;
    const alone = input.source?.op.kind === "pointwise" && readers.get(input) === 1 && !wanted.has(input);
    if (!alone || hosts.has(input) || inlined.has(input)) continue;
    prologues.set(t, input);
    inlined.add(input);
  }
  return { inlined, hosts, sides, prologues };
}

/**
 * Which sums a kernel comes by: one that reads the same tensor anyway, and whose other inputs are there when the sum is
 * wanted. A kernel makes at most one.
 */
function sideSums(order: readonly Tensor[], inputsOf: (t: Tensor) => readonly Tensor[]): Map<Tensor, Tensor> {
  const position = new Map(order.map((t, i) => [t, i]));
  const key = ({ of, dims }: SumOf) => [through(of, inputsOf).id, dims.k0, dims.r0, dims.k1, dims.r1].join(" ");
  const sums = new Map<string, Tensor>();
  for (const t of order) {
    const sum = ask(t, "plainSum", inputsOf);
    if (sum) sums.set(key(sum), t);
  }
  const sides = new Map<Tensor, Tensor>();
  if (!sums.size) return sides;
  for (const t of order) {
    const offer = ask(t, "sideSum", inputsOf);
    const sum = offer && sums.get(key(offer));
    if (!sum || sides.has(sum)) continue;
    const isThere = (i: Tensor) => !i.source || (position.get(i) ?? Number.POSITIVE_INFINITY) < position.get(sum)!;
    if (inputsOf(t).every(isThere)) sides.set(sum, t);
  }
  return sides;
}

function ask(t: Tensor, what: "plainSum" | "sideSum", inputsOf: (t: Tensor) => readonly Tensor[]): SumOf | null {
  if (t.source?.op.kind !== "kernel") return null;
  return (t.source.op as KernelOp)[what]?.(inputsOf(t), t.source.attrs) ?? null;
}

/** The tensor behind views that keep the order of its elements. */
function through(t: Tensor, inputsOf: (t: Tensor) => readonly Tensor[]): Tensor {
  let at = t;
  while (at.source?.op.kind === "view" && at.source.op.name === "reshape") at = inputsOf(at)[0]!;
  return at;
}

/** Whether a kernel's result could be finished by the ops of `t` before it is written. */
const isHost = (i: Tensor, t: Tensor): boolean =>
  i.source?.op.kind === "kernel" && i.source.outs.length === 1 && i.dtype === "f32" && sameShape(i.shape, t.shape);

/** The constant that a chain of views shows, so that the views need not be followed. */
export function constantBehind(t: Tensor, represent: (t: Tensor) => Tensor): Tensor | undefined {
  let at = t;
  while (at.source?.op.kind === "view") at = represent(at.source.inputs[0]!);
  return isConstant(at, represent) ? at : undefined;
}

const isConstant = (t: Tensor, represent: (t: Tensor) => Tensor): boolean =>
  t.source?.op.kind === "pointwise" && t.source.inputs.every((i) => constantBehind(represent(i), represent));

/** How many nodes read each tensor. */
function countReaders(order: readonly Tensor[], inputsOf: (t: Tensor) => readonly Tensor[]): Map<Tensor, number> {
  const readers = new Map<Tensor, number>();
  const counted = new Set<Tensor[]>();
  for (const t of order) {
    if (!t.source || counted.has(t.source.outs)) continue;
    counted.add(t.source.outs);
    for (const input of new Set(inputsOf(t))) readers.set(input, (readers.get(input) ?? 0) + 1);
  }
  return readers;
}
