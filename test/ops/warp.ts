import { type WarpOptions, warp } from "../../src/ops/warp";
import { opCase, type Reference } from "./opCase";
import { element, tabulate } from "./reference";

/** What `warp` is to give. */
export function warped(x: Reference, placement: Reference, options: WarpOptions): Reference {
  const { fill = 0, mode = "bilinear", cutout = 0 } = options;
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const size = typeof options.size === "number" ? [options.size, options.size] : (options.size ?? [height, width]);
  const near = (v: number, count: number) => Math.max(0, Math.min(count - 1, v));
  const pixel = (i: number, c: number, row: number, column: number) => {
    const [r, z] = [near(row, height), near(column, width)];
    return fill !== "edge" && (r !== row || z !== column) ? fill : element(x, [i, c, r, z]);
  };
  return tabulate([n, channels, ...size], ([i, c, y, z]) => {
    const p = Array.from({ length: 8 }, (_, k) => placement.data[8 * i! + k]!);
    const cut = [y! - p[6]!, z! - p[7]!];
    if (cut.every((v) => v >= 0 && v < cutout)) return fill === "edge" ? 0 : fill;
    const column = p[0]! * z! + p[1]! * y! + p[2]!;
    const row = p[3]! * z! + p[4]! * y! + p[5]!;
    if (mode === "nearest") return pixel(i!, c!, Math.round(row), Math.round(column));
    const [above, left] = [Math.floor(row), Math.floor(column)];
    const [down, across] = [row - above, column - left];
    const line = (r: number) => (1 - across) * pixel(i!, c!, r, left) + across * pixel(i!, c!, r, left + 1);
    return (1 - down) * line(above) + down * line(above + 1);
  });
}

// No place lies in the middle between two pixels.
const TURNED = [0.8, -0.6, 1.31, 0.6, 0.8, -0.93, 1, 2];
const MIRRORED = [-1, 0, 3, 0, 1, -2, -1, -1];
const at = (...rows: number[][]) => ({ shape: [rows.length, 8], values: rows.flat() });

export default opCase<WarpOptions>({
  samples: [
    { inputs: [[2, 3, 5, 4], at(TURNED, MIRRORED)], vjp: false },
    { inputs: [[2, 3, 5, 4], at(TURNED, MIRRORED)], attrs: { fill: "edge", cutout: 2 }, vjp: false },
    { inputs: [[1, 1, 1, 1], at([1, 0, 0, 0, 1, 0, 0, 0])], vjp: false, note: "one pixel" },
    {
      inputs: [[2, 2, 6, 7], at(MIRRORED, TURNED)],
      attrs: { fill: -3, mode: "nearest", size: [3, 9], cutout: 3 },
      vjp: false,
    },
    {
      inputs: [[2, 2, 6, 8], at(MIRRORED, TURNED)],
      attrs: { fill: -3, mode: "nearest", size: [5, 12], cutout: 3 },
      vjp: false,
      note: "nearest, by four",
    },
    {
      inputs: [[1, 1, 3, 3], at([1, 0, 1e9, 0, 1, -1e9, 0, 0])],
      attrs: { fill: "edge" },
      vjp: false,
      note: "far outside",
    },
  ],
  build: ([x, placement], options) => warp(x!, placement!, options),
  reference: ([x, placement], options) => warped(x!, placement!, options),
});
