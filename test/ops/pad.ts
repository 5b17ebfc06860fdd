import { type PadOptions, pad } from "../../src/ops/pad";
import { gradients } from "../../src/optim/gradients";
import { opCase } from "./opCase";
import { element, indices, tabulate } from "./reference";

export default opCase<{ padding: number[]; transposed?: boolean } & PadOptions>({
  samples: [
    { inputs: [[3, 5]], attrs: { padding: [2, 1] } },
    { inputs: [[1]], attrs: { padding: [0, 3], value: 1.5 } },
    { inputs: [[2, 1, 3, 4]], attrs: { padding: [1, 0, 2, 3], value: -1 }, note: "a picture" },
    { inputs: [[3, 2, 8]], attrs: { padding: [0, 0, 1, 2, 1, 0] }, note: "by fours" },
    { inputs: [[2, 5, 4]], attrs: { padding: [3, 1, 4, 2], mode: "reflect" } },
    { inputs: [[2, 3, 1, 4]], attrs: { padding: [0, 0, 2, 1, 0, 3], mode: "replicate" } },
    { inputs: [[3, 4]], attrs: { padding: [4, 3, 1, 2], mode: "circular" } },
    { inputs: [[2, 3, 8]], attrs: { padding: [1, 5, 1, 0], mode: "circular" }, note: "fours across rows" },
    { inputs: [[3, 4]], attrs: { padding: [3, 1], mode: "replicate" } },
    { inputs: [[30, 33, 31]], attrs: { padding: [2, 1, 1, 2], mode: "reflect" }, note: "long runs", vjp: false },
    { inputs: [[300, 9, 9]], attrs: { padding: [1, 1, 1, 1], value: 2 }, note: "short runs", vjp: false },
    { inputs: [[91, 91]], attrs: { padding: [1, 1, 1, 1] }, note: "runs of single elements", vjp: false },
    { inputs: [[134, 60, 4]], attrs: { padding: [0, 0, 1, 1] }, note: "runs by fours", vjp: false },
    {
      inputs: [{ shape: [2, 2, 2, 2, 3], dtype: "i32", range: [-9, 9] }],
      attrs: { padding: [1, 1, 1, 0, 0, 1, 1, 1, 0, 1], value: -3 },
      note: "more axes than one launch follows",
    },
    {
      inputs: [
        [3, 4],
        [7, 9],
      ],
      attrs: { padding: [3, 2, 2, 2], mode: "reflect", transposed: true },
      note: "the gradient, differentiated",
    },
    ...(["reflect", "replicate", "circular"] as const).map((mode) => ({
      inputs: [
        [3, 4, 8],
        [3, 7, 11],
      ],
      attrs: { padding: [1, 2, 2, 1], mode, transposed: true },
      note: "the gradient for two axes",
      vjp: false,
    })),
    {
      inputs: [
        [2, 5, 3, 4],
        [2, 7, 6, 4],
      ],
      attrs: { padding: [0, 0, 1, 2, 2, 0], mode: "reflect", transposed: true },
      note: "the same by fours",
      vjp: false,
    },
    ...[
      { shape: [91, 91], padded: [94, 94], padding: [1, 2, 2, 1] },
      { shape: [180, 184], padded: [183, 187], padding: [1, 2, 2, 1] },
      { shape: [130, 70, 4], padded: [133, 72, 4], padding: [0, 0, 1, 1, 2, 1] },
    ].map(({ shape, padded, padding }) => ({
      inputs: [shape, padded],
      attrs: { padding, mode: "reflect" as const, transposed: true },
      note: "several results an invocation on CPUs",
      vjp: false,
    })),
    { inputs: [[5, 2, 3]], attrs: { padding: [0, 0, 0, 0, 2, 1], mode: "reflect" }, note: "rows of six" },
    { inputs: [[5, 2, 4]], attrs: { padding: [0, 0, 0, 0, 2, 1], mode: "circular" }, note: "rows of two fours" },
  ],
  // Transposed: the gradient for a seed, which is as linear in the seed as the pad is in x.
  build([x, seed], { padding, transposed, ...options }) {
    const out = pad(x!, padding, options);
    return transposed ? gradients(out, [x!], seed!)[0]! : out;
  },
  reference([x, seed], { padding, transposed, mode = "constant", value = 0 }) {
    const last = x!.shape.length - 1;
    const counts = (d: number) => [padding[2 * (last - d)] ?? 0, padding[2 * (last - d) + 1] ?? 0] as const;
    const source = (j: number, size: number) => {
      if (mode === "replicate") return Math.min(Math.max(j, 0), size - 1);
      if (mode === "circular") return (j + size) % size;
      if (mode === "reflect") return j < 0 ? -j : j >= size ? 2 * (size - 1) - j : j;
      return j;
    };
    const shape = x!.shape.map((n, d) => n + counts(d)[0] + counts(d)[1]);
    const sourceOf = (at: number[]) => at.map((j, d) => source(j - counts(d)[0], x!.shape[d]!));
    if (transposed) {
      const sums = new Map<string, number>();
      for (const at of indices(shape)) {
        const key = String(sourceOf(at));
        sums.set(key, (sums.get(key) ?? 0) + element(seed!, at));
      }
      return tabulate(x!.shape, (i) => sums.get(String(i))!);
    }
    return tabulate(shape, (at) => {
      const from = sourceOf(at);
      return from.every((i, d) => i >= 0 && i < x!.shape[d]!) ? element(x!, from) : value;
    });
  },
});
