import { max } from "../../src/ops/max";
import { opCase } from "./opCase";
import { reduceAxes } from "./reference";

interface Attrs {
  axes?: number | number[];
  keepDims?: boolean;
}

export default opCase<Attrs>({
  samples: [
    { inputs: [[7, 13]], attrs: {} },
    { inputs: [[1]], attrs: {} },
    { inputs: [[5, 6, 7]], attrs: { axes: 0 } },
    { inputs: [[5, 6, 7]], attrs: { axes: 1, keepDims: true } },
    { inputs: [[5, 6, 7]], attrs: { axes: [-1] } },
    { inputs: [[3, 4, 5, 2]], attrs: { axes: [0, 2, 3] }, note: "channel" },
    { inputs: [[3, 4, 5, 2]], attrs: { axes: [1, 3] } },
    { inputs: [[2, 3, 2, 3, 2]], attrs: { axes: [0, 2, 4] }, note: "three groups" },
    { inputs: [[3, 2, 4, 2, 3]], attrs: { axes: [1, 3], keepDims: true }, note: "a kept group at the end" },
    { inputs: [[70001]], attrs: {}, note: "two launches", vjp: false },
    { inputs: [[4099, 3]], attrs: { axes: 0 }, note: "two launches by columns", vjp: false },
    { inputs: [[9, 3, 601]], attrs: { axes: [0, 2] }, note: "two launches, two groups", vjp: false },
  ],
  build: ([x], { axes, keepDims }) => max(x!, axes, { keepDims }),
  reference([x], { axes, keepDims = false }) {
    const all = axes === undefined ? x!.shape.map((_, d) => d) : [axes].flat();
    const list = all.map((a) => (a < 0 ? a + x!.shape.length : a));
    return reduceAxes(x!, list, keepDims, -Infinity, Math.max);
  },
  tolerance: 1e-6,
});
