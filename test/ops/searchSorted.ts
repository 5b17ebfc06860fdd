import { searchSorted } from "../../src/ops/searchSorted";
import { opCase } from "./opCase";
import { tabulate } from "./reference";

const borders = (...values: number[]) => ({ shape: [values.length], values });

export default opCase<{ right?: boolean }>({
  samples: [
    { inputs: [borders(-1, 0, 0, 0.5, 2), { shape: [7, 9], range: [-2, 3] }], vjp: false },
    { inputs: [borders(-1, 0, 0, 0.5, 2), borders(-1, 0, 0.5, 2, 9, -9)], vjp: false, note: "equal" },
    {
      inputs: [borders(-1, 0, 0, 0.5, 2), borders(-1, 0, 0.5, 2, 9, -9)],
      attrs: { right: true },
      note: "equal, right",
    },
    { inputs: [borders(3), { shape: [], values: [3] }], attrs: { right: true }, note: "one number, one value" },
    {
      inputs: [
        { shape: [3], dtype: "i32", values: [-2, 4, 2 ** 31 - 2] },
        { shape: [2, 2], dtype: "i32", values: [-3, 4, 2 ** 31 - 1, 2 ** 31 - 3] },
      ],
      note: "integers",
    },
    {
      inputs: [
        { shape: [2, 3], values: [0, 1, 2, -5, 0, 5] },
        { shape: [2, 70], range: [-6, 6] },
      ],
      vjp: false,
      note: "a row each",
    },
  ],
  build: ([sorted, values], attrs) => searchSorted(sorted!, values!, attrs),
  reference: ([sorted, values], { right = false }) => {
    const n = sorted!.shape.at(-1)!;
    const rows = sorted!.data.length / n;
    let i = 0;
    return tabulate(values!.shape, () => {
      const value = values!.data[i]!;
      const row = Math.floor((i++ * rows) / values!.data.length);
      return sorted!.data.slice(row * n, (row + 1) * n).filter((x) => (right ? x <= value : x < value)).length;
    });
  },
  tolerance: 0,
});
