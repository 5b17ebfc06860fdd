import { type Upsample2dOptions, upsample2d } from "../../src/ops/upsample2d";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

const two = (p: number | readonly [number, number]) => (typeof p === "number" ? [p, p] : p) as [number, number];

export default opCase<Upsample2dOptions>({
  samples: [
    { inputs: [[2, 3, 3, 5]], attrs: { scale: 2 } },
    { inputs: [[1, 1, 1, 1]], attrs: { size: [3, 1], mode: "bilinear" } },
    { inputs: [[1, 2, 5, 7]], attrs: { size: [8, 4] }, note: "nearest: grows and shrinks" },
    { inputs: [[1, 2, 3, 5]], attrs: { scale: [2, 1.5], mode: "bilinear" }, note: "scale with a rest" },
    { inputs: [[1, 1, 7, 3]], attrs: { size: [3, 10], mode: "bilinear" }, note: "shrinks, skipping rows" },
    { inputs: [[1, 2, 3, 4]], attrs: { scale: 3, mode: "bilinear", alignCorners: true } },
    { inputs: [[1, 1, 4, 3]], attrs: { size: [1, 7], mode: "bilinear", alignCorners: true }, note: "one row" },
    { inputs: [[1, 2, 3, 8]], attrs: { scale: [2, 3] }, note: "by four" },
    { inputs: [[1, 1, 18, 4]], attrs: { scale: 2, mode: "bilinear" }, note: "by four" },
    { inputs: [[2, 1, 2, 12]], attrs: { scale: [5, 4], mode: "bilinear" }, note: "by four" },
  ],
  build: ([x], attrs) => upsample2d(x!, attrs),
  reference([x], { scale, size, mode = "nearest", alignCorners = false }) {
    const [n, c, ...from] = x!.shape as [number, number, number, number];
    const outSize = size !== undefined ? two(size) : two(scale!).map((s, d) => Math.floor(from[d]! * s));
    /** The elements that output `o` joins, with their shares. */
    const shares = (o: number, d: 0 | 1): [number, number][] => {
      const [h, oh] = [from[d], outSize[d]!];
      const ratio = scale !== undefined ? 1 / two(scale)[d] : h / oh;
      if (mode === "nearest") return [[Math.min(Math.floor(o * ratio), h - 1), 1]];
      const corners = oh > 1 ? (o * (h - 1)) / (oh - 1) : 0;
      const at = alignCorners ? corners : Math.max((o + 0.5) * ratio - 0.5, 0);
      const first = Math.min(Math.floor(at), h - 1);
      return [
        [first, 1 - (at - first)],
        [Math.min(first + 1, h - 1), at - first],
      ];
    };
    return tabulate([n, c, ...outSize], ([i, k, oy, ox]) => {
      let total = 0;
      for (const [y, a] of shares(oy!, 0))
        for (const [z, b] of shares(ox!, 1)) total += a * b * element(x!, [i!, k!, y, z]);
      return total;
    });
  },
});
