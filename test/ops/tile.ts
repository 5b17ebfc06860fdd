import { repeat, tile } from "../../src/ops/tile";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ repeats: number[]; strict?: boolean }>({
  samples: [
    { inputs: [[3, 5]], attrs: { repeats: [2, 3] } },
    { inputs: [[1]], attrs: { repeats: [5] } },
    { inputs: [[2, 1, 4]], attrs: { repeats: [3, 1] }, note: "fewer numbers, by fours" },
    { inputs: [[3]], attrs: { repeats: [2, 1, 2], strict: true }, note: "new dimensions" },
    { inputs: [[2, 3]], attrs: { repeats: [1, 1] } },
  ],
  build: ([x], { repeats, strict }) => (strict ? repeat : tile)(x!, repeats),
  reference([x], { repeats }) {
    const rank = Math.max(repeats.length, x!.shape.length);
    const sizes = [...Array<number>(rank - x!.shape.length).fill(1), ...x!.shape];
    const times = [...Array<number>(rank - repeats.length).fill(1), ...repeats];
    return tabulate(
      sizes.map((n, d) => n * times[d]!),
      (at) =>
        element(
          { ...x!, shape: sizes },
          at.map((i, d) => i % sizes[d]!),
        ),
    );
  },
});
