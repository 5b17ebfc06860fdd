import { toUnit } from "../../src/core/random";
import { type Placement, randomPlacement } from "../../src/ops/randomPlacement";
import { opCase } from "./opCase";
import { counted, drawn, generatorAt, wordOf } from "./random";

const both = (p: number | readonly [number, number]) => (typeof p === "number" ? ([p, p] as const) : p);

/** Eight numbers of an example, from its eight random words. */
export function placementOf(word: (j: number) => number, size: readonly [number, number], o: Placement): number[] {
  const [my, mx] = [(size[0] - 1) / 2, (size[1] - 1) / 2];
  const within = (j: number, low: number, high: number) => low + (word(j) % (high - low + 1));
  const [shift, padding] = [both(o.shift ?? 0), both(o.padding ?? 0)];
  const out = o.crop ? both(o.crop) : size;
  const [oy, ox] = ([0, 1] as const).map((d) =>
    o.crop ? within(1 - d, -padding[d], size[d] + padding[d] - out[d]) : within(1 - d, -shift[d], shift[d]),
  ) as [number, number];
  const mirrorX = toUnit(word(2)) < (o.flip ?? 0) ? -1 : 1;
  const mirrorY = toUnit(word(3)) < (o.flipVertical ?? 0) ? -1 : 1;
  const angle = ((o.rotate ?? 0) / 180) * Math.PI * (2 * toUnit(word(4)) - 1);
  const [least, greatest] = o.scale ?? [1, 1];
  const s = least + (greatest - least) * toUnit(word(5));
  const [a, b] = [(mirrorX * Math.cos(angle)) / s, (-mirrorX * Math.sin(angle)) / s];
  const [d, e] = [(mirrorY * Math.sin(angle)) / s, (mirrorY * Math.cos(angle)) / s];
  const at = (p: number, q: number) => p * (ox - mx) + q * (oy - my);
  const corner = (j: number, length: number) => (word(j) % length) - Math.floor((o.cutout ?? 0) / 2);
  return [a, b, at(a, b) + mx, d, e, at(d, e) + my, corner(6, out[0]), corner(7, out[1])];
}

export default opCase<Placement & { examples: number; size: readonly [number, number] }>({
  samples: [
    { inputs: [generatorAt(42, 0)], attrs: { examples: 7, size: [5, 9], shift: [2, 3], flip: 0.5, flipVertical: 0.5 } },
    { inputs: [generatorAt(0, 3)], attrs: { examples: 1, size: [1, 1] }, note: "nothing done" },
    { inputs: [generatorAt(4294967295, 70000)], attrs: { examples: 66, size: [8, 8], rotate: 180, scale: [0.5, 2] } },
    { inputs: [generatorAt(1, 1)], attrs: { examples: 9, size: [6, 4], crop: [3, 5], padding: [0, 2], cutout: 3 } },
  ],
  build: ([state], { examples, size, ...options }) =>
    drawn(state!, (generator) => randomPlacement(examples, size, { ...options, generator })),
  reference: ([state], { examples, size, ...options }) =>
    counted([examples, 8], (i) => placementOf((j) => wordOf(state!, 8 * Math.floor(i / 8) + j), size, options)[i % 8]!),
  tolerance: 2e-6,
});
