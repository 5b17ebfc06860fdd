import { maxPool1d } from "../../src/ops/maxPool1d";
import { opCase } from "./opCase";
import { windows1d } from "./reference";

interface Attrs {
  kernel: number;
  stride?: number;
  padding?: number;
}

export default opCase<Attrs>({
  samples: [
    { inputs: [[2, 3, 9]], attrs: { kernel: 3 } },
    { inputs: [[2, 2, 9]], attrs: { kernel: 3 }, note: "four rows as one" },
    { inputs: [[2, 3, 8]], attrs: { kernel: 2 }, note: "windows in pairs" },
    { inputs: [[1, 1, 1]], attrs: { kernel: 1 } },
    { inputs: [[1, 2, 7]], attrs: { kernel: 3, stride: 2, padding: 1 }, note: "windows overlap" },
  ],
  build: ([x], { kernel, ...options }) => maxPool1d(x!, kernel, options),
  reference: ([x], attrs) => windows1d(x!, attrs, (window) => Math.max(...window)),
});
