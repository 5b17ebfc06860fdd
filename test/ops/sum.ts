import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { transpose } from "../../src/ops/transpose";
import { opCase } from "./opCase";
import { axesOf, element, reduceAxes, tabulate } from "./reference";

interface Attrs {
  axes?: number | number[];
  keepDims?: boolean;
  /** Sum the squares of the transposed. */
  squared?: boolean;
}

export default opCase<Attrs>({
  samples: [
    { inputs: [[7, 13]], attrs: {} },
    { inputs: [[1]], attrs: {} },
    { inputs: [[5, 6, 7]], attrs: { axes: 0 } },
    { inputs: [[2600, 4]], attrs: { axes: 0 }, note: "parts of columns", vjp: false },
    { inputs: [[5, 6, 7]], attrs: { axes: 1, keepDims: true } },
    { inputs: [[5, 6, 7]], attrs: { axes: [-1] } },
    { inputs: [[3, 4, 5, 2]], attrs: { axes: [0, 2, 3] }, note: "channel" },
    { inputs: [[2, 3, 2, 3, 2]], attrs: { axes: [0, 2, 4] }, note: "three groups" },
    { inputs: [[3, 2, 4, 2, 3]], attrs: { axes: [1, 3], keepDims: true }, note: "a kept group at the end" },
    { inputs: [{ shape: [70001], range: [0, 1] }], attrs: {}, note: "two launches", vjp: false },
    { inputs: [{ shape: [70004], range: [0, 1] }], attrs: {}, note: "two launches by four", vjp: false },
    { inputs: [[4099, 3]], attrs: { axes: 0 }, note: "two launches by columns", vjp: false },
    { inputs: [{ shape: [3001, 8], range: [0, 1] }], attrs: { axes: 0 }, note: "four columns at a time", vjp: false },
    { inputs: [[9, 3, 601]], attrs: { axes: [0, 2] }, note: "two launches, two groups", vjp: false },
    { inputs: [[5, 3, 404]], attrs: { axes: [0, 2] }, note: "two groups by four", vjp: false },
    { inputs: [[44, 36]], attrs: { axes: 1, squared: true }, note: "by four, of what is read one by one", vjp: false },
    { inputs: [{ shape: [9, 130], dtype: "i32", range: [-99, 99] }], attrs: { axes: 1 } },
    { inputs: [{ shape: [9, 132], dtype: "u32", range: [0, 99] }], attrs: { axes: 0 } },
  ],
  build: ([x], { axes, keepDims, squared }) => sum(squared ? square(transpose(x!)) : x!, axes, { keepDims }),
  reference([x], { axes, keepDims = false, squared }) {
    const of = squared ? tabulate(x!.shape.toReversed(), ([i, j]) => element(x!, [j!, i!]) ** 2) : x!;
    return reduceAxes(of, axesOf(of.shape, axes), keepDims, 0, (a, b) => a + b);
  },
  tolerance: 4e-6,
});
