import { reshape } from "../../src/ops/reshape";
import { transpose } from "../../src/ops/transpose";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ shape: number[]; transposed?: boolean }>({
  samples: [
    { inputs: [[4, 6]], attrs: { shape: [3, -1] } },
    { inputs: [[1]], attrs: { shape: [] } },
    { inputs: [[5, 7]], attrs: { shape: [35], transposed: true }, note: "of a strided view" },
  ],
  build: ([x], { shape, transposed }) => reshape(transposed ? transpose(x!) : x!, shape),
  reference([x], { shape, transposed }) {
    const known = shape.reduce((n, d) => (d === -1 ? n : n * d), 1);
    const resolved = shape.map((d) => (d === -1 ? x!.data.length / known : d));
    if (!transposed) return { data: x!.data, shape: resolved };
    const flipped = tabulate([...x!.shape].reverse(), ([i, j]) => element(x!, [j!, i!]));
    return { data: flipped.data, shape: resolved };
  },
});
