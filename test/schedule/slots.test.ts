import fc from "fast-check";
import { expect, test } from "vitest";
import { assignSlots, type Life } from "../../src/schedule/slots";

const lives = fc
  .array(
    fc.record({
      first: fc.integer({ min: -1, max: 60 }),
      length: fc.integer({ min: 0, max: 30 }),
      bytes: fc.integer({ min: 16, max: 4096 }),
    }),
    {
      maxLength: 60,
    },
  )
  .map((list) => list.map(({ first, length, bytes }, id): Life => ({ id, first, last: first + length, bytes })));

const overlap = (a: Life, b: Life) => a.first <= b.last && b.first <= a.last;

test("lives that overlap never share a slot, and every slot is large enough", () => {
  fc.assert(
    fc.property(lives, (list) => {
      const { slots, slotOf } = assignSlots(list);
      for (const a of list) {
        expect(slots[slotOf.get(a.id)!]).toBeGreaterThanOrEqual(a.bytes);
        for (const b of list) if (a.id < b.id && overlap(a, b)) expect(slotOf.get(a.id)).not.toBe(slotOf.get(b.id));
      }
    }),
    { numRuns: 300 },
  );
});

test("lives one after the other share a slot", () => {
  const chain = Array.from({ length: 10 }, (_, i): Life => ({ id: i, bytes: 64, first: 2 * i, last: 2 * i + 1 }));
  expect(assignSlots(chain).slots).toEqual([64]);
});
