/** When a buffer is in use: from the dispatch that first names it to the last one, both included. */
export interface Life {
  readonly id: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface SlotAssignment {
  /** Bytes of each slot. */
  readonly slots: readonly number[];
  readonly slotOf: ReadonlyMap<number, number>;
}

/**
 * Gives each life a slot, in order of first use; lives that overlap never share one. The best-fitting free slot is
 * taken; where none is large enough the largest free one grows, which costs less than a new slot.
 *
 * Slots are whole buffers: WebGPU forbids one buffer bound both to be read and to be written in a dispatch, even at
 * disjoint ranges.
 */
export function assignSlots(lives: readonly Life[]): SlotAssignment {
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

function takeSlot(bytes: number, slots: number[], free: Set<number>): number {
  const bySize = [...free].sort((a, b) => slots[a]! - slots[b]!);
  const slot = bySize.find((s) => slots[s]! >= bytes) ?? bySize.at(-1);
  if (slot === undefined) return slots.push(bytes) - 1;
  free.delete(slot);
  slots[slot] = Math.max(slots[slot]!, bytes);
  return slot;
}
