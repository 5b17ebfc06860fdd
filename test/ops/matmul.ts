import { matmul } from "../../src/ops/matmul";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

interface Attrs {
  transA?: boolean;
  transB?: boolean;
}

export default opCase<Attrs>({
  samples: [
    {
      inputs: [
        [2, 3],
        [3, 4],
      ],
    },
    {
      inputs: [
        [1, 1],
        [1, 1],
      ],
    },
    {
      inputs: [
        [17, 9],
        [9, 33],
      ],
    },
    {
      inputs: [
        [9, 17],
        [9, 13],
      ],
      attrs: { transA: true },
    },
    {
      inputs: [
        [17, 9],
        [13, 9],
      ],
      attrs: { transB: true },
    },
    {
      inputs: [
        [9, 17],
        [13, 9],
      ],
      attrs: { transA: true, transB: true },
    },
    {
      inputs: [
        [3, 5, 7],
        [3, 7, 2],
      ],
      note: "batched",
    },
    {
      inputs: [
        [3, 5, 7],
        [7, 2],
      ],
      note: "one right operand",
    },
    {
      inputs: [
        [5, 7],
        [3, 7, 2],
      ],
      note: "one left operand",
    },
    {
      inputs: [
        [3, 5, 7],
        [2, 7],
      ],
      attrs: { transB: true },
      note: "batched rows, transposed right",
    },
    {
      inputs: [
        [2, 3, 2, 4],
        [4, 8],
      ],
      note: "rows under several dimensions",
    },
    {
      inputs: [
        [2, 1, 3, 4],
        [5, 4, 2],
      ],
      note: "batches broadcast",
    },
    {
      inputs: [
        [130, 70],
        [70, 65],
      ],
      note: "several tiles",
      vjp: false,
    },
    {
      inputs: [
        [20, 8],
        [8, 36],
      ],
      note: "multiples of 4",
    },
    {
      inputs: [
        [2, 8, 12],
        [2, 20, 8],
      ],
      attrs: { transA: true, transB: true },
      note: "multiples of 4, both transposed",
    },
    {
      inputs: [
        [2, 3, 7],
        [1, 7],
      ],
      attrs: { transB: true },
      note: "one column",
    },
    {
      inputs: [
        [2, 5, 1],
        [1, 6],
      ],
      note: "one term",
    },
    {
      inputs: [
        [1, 5],
        [6, 1],
      ],
      attrs: { transA: true, transB: true },
      note: "one term, both transposed",
    },
    {
      inputs: [[2, 3, 7], [7]],
      note: "a column",
    },
    {
      inputs: [[7], [2, 5, 7]],
      attrs: { transB: true },
      note: "a row",
    },
    { inputs: [[9], [9]], note: "two vectors" },
  ],
  build: ([a, b], attrs) => matmul(a!, b!, attrs),
  reference([left, right], attrs) {
    // A vector is a matrix of one row or one column, whose dimension is taken away again.
    const [isRow, isColumn] = [left!.shape.length === 1, right!.shape.length === 1];
    const transA = attrs.transA && !isRow;
    const transB = attrs.transB && !isColumn;
    const a = isRow ? { ...left!, shape: [1, ...left!.shape] } : left;
    const b = isColumn ? { ...right!, shape: [...right!.shape, 1] } : right;
    const [ra, rb] = [a!.shape.length, b!.shape.length];
    const [m, k] = transA ? [a!.shape[ra - 1]!, a!.shape[ra - 2]!] : [a!.shape[ra - 2]!, a!.shape[ra - 1]!];
    const n = b!.shape[transB ? rb - 2 : rb - 1]!;
    const rank = Math.max(ra, rb) - 2;
    const size = (shape: readonly number[], d: number) => shape[shape.length - 2 - rank + d] ?? 1;
    const batch = Array.from({ length: rank }, (_, d) => Math.max(size(a!.shape, d), size(b!.shape, d)));
    const own = (shape: readonly number[], at: number[]) => {
      const lead = shape.length - 2;
      return shape.slice(0, -2).map((s, d) => (s === 1 ? 0 : at[rank - lead + d]!));
    };
    const out = tabulate([...batch, m, n], (at) => {
      const [i, j] = at.slice(-2) as [number, number];
      let total = 0;
      for (let p = 0; p < k; p++)
        total +=
          element(a!, [...own(a!.shape, at), ...(transA ? [p, i] : [i, p])]) *
          element(b!, [...own(b!.shape, at), ...(transB ? [j, p] : [p, j])]);
      return total;
    });
    return { ...out, shape: [...batch, ...(isRow ? [] : [m]), ...(isColumn ? [] : [n])] };
  },
});
