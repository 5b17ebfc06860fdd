import { einsum } from "../../src/ops/einsum";
import { opCase } from "./opCase";
import { element, indices, tabulate } from "./reference";

/** `labels` spells the equation out for the reference: one letter a dimension, what `...` stands for among them. */
export default opCase<{ equation: string; labels?: string }>({
  samples: [
    {
      inputs: [
        [2, 3, 5],
        [2, 5, 4],
      ],
      attrs: { equation: "bij,bjk->bik" },
    },
    { inputs: [[1], [1]], attrs: { equation: "i,i->" } },
    {
      inputs: [
        [2, 3, 4, 5],
        [2, 6, 4, 5],
      ],
      attrs: { equation: "bihd, bjhd -> bhij", labels: "bihd,bjhd->bhij" },
      note: "scores of attention",
    },
    {
      inputs: [
        [2, 1, 3, 5],
        [4, 5, 2],
      ],
      attrs: { equation: "...ij,...jk", labels: "baij,ajk->baik" },
      note: "broadcast and implied",
    },
    { inputs: [[3, 2], [2, 5], [5], [3]], attrs: { equation: "ij,jk,k,i->ki" }, note: "four operands" },
    { inputs: [[3, 4, 2]], attrs: { equation: "i...->i", labels: "ijk->i" }, note: "one operand" },
    { inputs: [[3], [5], [1]], attrs: { equation: "i,j,k->jki" }, note: "outer" },
    {
      inputs: [
        [3, 5],
        [7, 3, 2],
      ],
      attrs: { equation: "ab,cad->bc" },
      note: "transposed operands, a label in one only",
    },
  ],
  build: (inputs, { equation }) => einsum(equation, ...inputs),
  reference(inputs, { equation, labels = equation }) {
    const [left, right] = labels.split("->") as [string, string];
    const terms = left.split(",");
    const sizes: Record<string, number> = {};
    terms.forEach((term, i) => {
      [...term].forEach((label, d) => {
        sizes[label] = Math.max(sizes[label] ?? 1, inputs[i]!.shape[d]!);
      });
    });
    const summed = Object.keys(sizes).filter((label) => !right.includes(label));
    return tabulate(
      [...right].map((label) => sizes[label]!),
      (at) => {
        let total = 0;
        for (const inner of indices(summed.map((label) => sizes[label]!))) {
          const place = (label: string) =>
            right.includes(label) ? at[right.indexOf(label)]! : inner[summed.indexOf(label)]!;
          total += terms.reduce((n, term, i) => {
            const x = inputs[i]!;
            return (
              n *
              element(
                x,
                [...term].map((label, d) => (x.shape[d] === 1 ? 0 : place(label))),
              )
            );
          }, 1);
        }
        return total;
      },
    );
  },
});
