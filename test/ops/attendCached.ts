import { takePendingUpdates } from "../../src/graph/trace";
import { attendCached } from "../../src/ops/attendCached";
import { attentionReference } from "../reference/attention";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

const position = (n: number) => ({ shape: [1], dtype: "u32" as const, values: [n] });

export default opCase<{ heads: number; scale?: number }>({
  samples: [
    { inputs: [[2, 1, 18], [2, 5, 12], position(3)], attrs: { heads: 2 }, vjp: false },
    {
      inputs: [[1, 1, 3], [1, 1, 2], position(0)],
      attrs: { heads: 1, scale: 3 },
      note: "nothing kept yet",
      vjp: false,
    },
    { inputs: [[1, 4, 24], [1, 70, 16], position(66)], attrs: { heads: 2 }, note: "several rows", vjp: false },
    { inputs: [[2, 3, 24], [2, 300, 16], position(290)], attrs: { heads: 1 }, note: "several tiles", vjp: false },
    { inputs: [[2, 3, 18], [2, 150, 12], position(140)], attrs: { heads: 2 }, note: "the same, odd", vjp: false },
    {
      inputs: [[1, 2, 300], [1, 3, 200], position(9)],
      attrs: { heads: 1 },
      note: "more than there is room for",
      vjp: false,
    },
  ],
  build([qkv, rows, at], attrs) {
    const out = attendCached(qkv!, { rows: rows!, position: at! }, attrs);
    takePendingUpdates(); // The cache is an input here, and stays as it is.
    return out;
  },
  reference([qkv, rows, at], { heads, ...options }) {
    const [batch, n, width] = qkv!.shape as [number, number, number];
    const c = width / 3;
    const e = c / heads;
    const kept = Math.min(at!.data[0]!, rows!.shape[1]!);
    // Rows of zeros stand in for the queries of earlier positions.
    const part = (third: number) =>
      tabulate([batch, heads, kept + n, e], ([b, h, t, i]) => {
        const column = h! * e + i!;
        if (t! >= kept) return element(qkv!, [b!, t! - kept, third * c + column]);
        return third ? element(rows!, [b!, t!, (third - 1) * c + column]) : 0;
      });
    const out = attentionReference([part(0), part(1), part(2)], { causal: true, ...options });
    return tabulate([batch, n, c], ([b, t, i]) => element(out, [b!, Math.floor(i! / e), kept + t!, i! % e]));
  },
});
