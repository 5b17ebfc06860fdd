/** When a tensor is in use: from the first dispatch that binds it to the last, inclusive. */
export interface Life {
  readonly id: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

interface SlotAssignment {
  /** Bytes of each slot. */
  readonly slots: readonly number[];
  readonly slotOf: ReadonlyMap<number, number>;
}

/**
 * Gives each life a slot; lives that overlap never share one. Takes the better of two methods: the first wastes memory where small
 * tensors live long.
 *
 * Slots are whole buffers: WebGPU forbids that a dispatch binds a buffer both to read and to write, even at disjoint ranges.
 */
export function assignSlots(lives: readonly Life[]): SlotAssignment {
  const [inTime, inSize] = [assignInTime(lives), assignInSize(lives)];
  return bytesIn(inSize) < bytesIn(inTime) ? inSize : inTime;
}

export const bytesIn = ({ slots }: SlotAssignment): number => slots.reduce((a, b) => a + b, 0);

/**
 * In order of first use, each life takes the best-fitting free slot. Where none is large enough, the largest free one grows, which costs
 * less than a new slot.
 */
function assignInTime(lives: readonly Life[]): SlotAssignment {
  const slots: number[] = [];
  const slotOf = new Map<number, number>();
  const free = new Set<number>();
  let active: Life[] = [];
  for (const life of [...lives].sort((a, b) => a.first - b.first || b.bytes - a.bytes)) {
    active = active.filter((a) => {
      if (a.last >= life.first) return true;
      free.add(slotOf.get(a.id)!);
      return false;
    });
    const slot = takeSlot(life.bytes, slots, free);
    slotOf.set(life.id, slot);
    active.push(life);
  }
  return { slots, slotOf };
}

/**
 * In order of size, the largest first, each life takes the smallest slot that is free during it.
 * @see Pisarchyk and Lee 2020, "Efficient memory management for deep neural net inference", greedy by size
 */
function assignInSize(lives: readonly Life[]): SlotAssignment {
  const slots: { readonly bytes: number; readonly tenants: Life[] }[] = [];
  const slotOf = new Map<number, number>();
  for (const life of [...lives].sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    const isFree = ({ tenants }: { tenants: Life[] }) =>
      tenants.every((t) => t.last < life.first || life.last < t.first);
    // Slots are in order of size, the largest first.
    const found = slots.findLastIndex(isFree);
    if (found >= 0) slots[found]!.tenants.push(life);
    else slots.push({ bytes: life.bytes, tenants: [life] });
    slotOf.set(life.id, found >= 0 ? found : slots.length - 1);
  }
  return { slots: slots.map((s) => s.bytes), slotOf };
}

function takeSlot(bytes: number, slots: number[], free: Set<number>): number {
  const bySize = [...free].sort((a, b) => slots[a]! - slots[b]!);
  const slot = bySize.find((s) => slots[s]! >= bytes) ?? bySize.at(-1);
  if (slot === undefined) return slots.push(bytes) - 1;
  free.delete(slot);
  slots[slot] = Math.max(slots[slot]!, bytes);
  return slot;
}
