import { type NormOptions, norm } from "../../src/ops/norm";
import { opCase } from "./opCase";
import { reduceSets } from "./reference";

// Away from 0, where magnitudes have a kink.
const away = (...shape: number[]) => ({ shape, range: [0.2, 1] as const });

export default opCase<NormOptions & { axes?: number | number[] }>({
  samples: [
    { inputs: [[7, 13]], attrs: {} },
    { inputs: [[1]], attrs: {} },
    { inputs: [away(5, 6, 7)], attrs: { p: 1, axes: [0, 2], keepDims: true } },
    { inputs: [{ shape: [2, 3], values: [3, -7, 2, 1, 0.5, -4] }], attrs: { p: Infinity, axes: 1 } },
    { inputs: [away(5, 7)], attrs: { p: 3, axes: 1 } },
    { inputs: [away(5, 7)], attrs: { p: 0.5, axes: 0, keepDims: true } },
    { inputs: [{ shape: [2, 3], values: [3e30, -7e30, 2e30, 0, 0, 0] }], attrs: { p: 3, axes: 1 }, vjp: false },
    { inputs: [[9, 132]], attrs: { axes: 1 }, note: "long rows", vjp: false },
  ],
  build: ([x], { axes, ...options }) => norm(x!, axes, options),
  reference: ([x], { axes, keepDims = false, p = 2 }) =>
    reduceSets(x!, axes, keepDims, (values) => {
      if (p === Infinity) return Math.max(...values.map(Math.abs));
      return values.reduce((n, v) => n + Math.abs(v) ** p, 0) ** (1 / p);
    }),
});
