import { add } from "../../src/ops/add";
import { mul } from "../../src/ops/mul";
import { chunk, split } from "../../src/ops/split";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

interface Attrs {
  sizes?: number | number[];
  chunks?: number;
  axis: number;
  /** Pieces that are used, each times its number; they are of one shape. */
  used: number[];
}

export default opCase<Attrs>({
  samples: [
    { inputs: [[3, 7]], attrs: { sizes: [2, 3, 2], axis: 1, used: [0, 2] }, note: "one piece without a gradient" },
    { inputs: [[1]], attrs: { sizes: 1, axis: 0, used: [0] } },
    { inputs: [[2, 12]], attrs: { chunks: 3, axis: -1, used: [0, 1, 2] }, note: "by fours" },
    { inputs: [[7, 3]], attrs: { sizes: 3, axis: 0, used: [2] }, note: "a smaller last piece" },
    {
      inputs: [[2, 8, 1]],
      attrs: { sizes: 1, axis: 1, used: [0, 1, 2, 3, 4, 5, 6, 7] },
      note: "joined by two launches",
    },
  ],
  build([x], { sizes, chunks, axis, used }) {
    const pieces = chunks ? chunk(x!, chunks, axis) : split(x!, sizes!, axis);
    return used.map((n) => mul(pieces[n]!, n + 1)).reduce(add);
  },
  reference([x], { sizes, chunks, axis, used }) {
    const d = (axis + x!.shape.length) % x!.shape.length;
    const size = x!.shape[d]!;
    const one = chunks ? Math.ceil(size / chunks) : Number(sizes);
    const start = (n: number) => (typeof sizes === "object" ? sizes.slice(0, n).reduce((a, b) => a + b, 0) : n * one);
    const length = typeof sizes === "object" ? sizes[used[0]!]! : Math.min(one, size - start(used[0]!));
    return tabulate(
      x!.shape.map((n, e) => (e === d ? length : n)),
      (at) => used.reduce((sum, n) => sum + (n + 1) * element(x!, at.with(d, start(n) + at[d]!)), 0),
    );
  },
});
