import { prod } from "../../src/ops/prod";
import { opCase } from "./opCase";
import { axesOf, reduceAxes } from "./reference";

interface Attrs {
  axes?: number | number[];
  keepDims?: boolean;
}

const near1 = (...shape: number[]) => ({ shape, range: [0.9, 1.1] as const });

export default opCase<Attrs>({
  samples: [
    { inputs: [[7, 13]], attrs: { axes: 0 } },
    { inputs: [[1]], attrs: {} },
    { inputs: [[5, 6, 7]], attrs: { axes: [0, 1], keepDims: true } },
    { inputs: [[2, 3, 2, 3, 2]], attrs: { axes: [0, 2, 4] }, note: "three groups" },
    {
      inputs: [{ shape: [3, 4], values: [2, 0, 3, 4, 0, 5, 0, 6, -1, 2, -3, 4] }],
      attrs: { axes: 1 },
      note: "one zero, two zeros, none",
    },
    { inputs: [near1(3, 1300)], attrs: { axes: 1 }, note: "long", vjp: false },
    { inputs: [near1(2600, 4)], attrs: { axes: 0 }, note: "columns", vjp: false },
    { inputs: [{ shape: [7, 9], dtype: "i32", range: [-3, 4] }], attrs: { axes: 1 } },
    { inputs: [{ shape: [5, 2], dtype: "u32", range: [1, 9] }], attrs: {} },
  ],
  build: ([x], { axes, keepDims }) => prod(x!, axes, { keepDims }),
  reference: ([x], { axes, keepDims = false }) => reduceAxes(x!, axesOf(x!.shape, axes), keepDims, 1, (a, b) => a * b),
  tolerance: 1e-4,
});
