import type { Tensor } from "../graph/tensor";

/** Buffers that a composed kernel may read: eight storage bindings a stage everywhere, one of them for the result. */
const MAX_READS = 7;

/**
 * The pointwise tensors that get no buffer of their own, but are computed within the kernel of the one that reads them.
 *
 * A tensor is inlined when its only reader is a pointwise op of the same size, so that nothing is computed twice, and
 * the reader's kernel still binds at most {@link MAX_READS} buffers. Constants (no inputs) are always inlined.
 */
export function inlinedTensors(
  order: readonly Tensor[],
  roots: readonly Tensor[],
  inputsOf: (t: Tensor) => readonly Tensor[],
  fuse: boolean,
): ReadonlySet<Tensor> {
  const inlined = new Set<Tensor>();
  const wanted = new Set(roots);
  const readers = countReaders(order, inputsOf);
  const reads = new Map<Tensor, ReadonlySet<Tensor>>();
  for (const t of order) {
    if (t.source?.op.kind !== "pointwise") continue;
    const inputs = [...new Set(inputsOf(t))];
    const own = new Set(inputs.filter((i) => !isConstantOp(i) || wanted.has(i)));
    for (const input of inputs) {
      const fits = input.source?.op.kind === "pointwise" && readers.get(input) === 1 && input.size === t.size;
      if (!fuse || !fits || wanted.has(input) || isConstantOp(input)) continue;
      const joined = new Set([...own, ...reads.get(input)!]);
      joined.delete(input);
      if (joined.size > MAX_READS) continue;
      own.delete(input);
      for (const r of reads.get(input)!) own.add(r);
      inlined.add(input);
    }
    reads.set(t, own);
    if (isConstantOp(t) && !wanted.has(t)) inlined.add(t);
  }
  return inlined;
}

const isConstantOp = (t: Tensor): boolean => t.source?.op.kind === "pointwise" && t.source.inputs.length === 0;

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
