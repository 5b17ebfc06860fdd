import { all } from "../../src/ops/all";
import { opCase } from "./opCase";
import { axesOf, reduceAxes } from "./reference";

interface Attrs {
  axes?: number | number[];
  keepDims?: boolean;
}

const mask = (...values: number[]) => ({ shape: [values.length / 3, 3], dtype: "u32" as const, values });

export default opCase<Attrs>({
  samples: [
    { inputs: [mask(0, 0, 0, 1, 0, 0, 1, 1, 1, 7, 2, 0)], attrs: { axes: 1 } },
    { inputs: [mask(0, 0, 0, 1, 0, 0, 1, 1, 1, 7, 2, 0)], attrs: { axes: 0, keepDims: true } },
    { inputs: [mask(8, 4, 9)], attrs: {}, note: "set is whatever is not 0" },
    { inputs: [{ shape: [3, 1200], dtype: "u32", range: [0, 2] }], attrs: { axes: 1 } },
    { inputs: [{ shape: [1], dtype: "u32", values: [0] }], attrs: {} },
  ],
  build: ([x], { axes, keepDims }) => all(x!, axes, { keepDims }),
  reference: ([x], { axes, keepDims = false }) =>
    reduceAxes(x!, axesOf(x!.shape, axes), keepDims, 1, (a, b) => Number(a !== 0 && b !== 0)),
});
