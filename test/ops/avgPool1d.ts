import { avgPool1d } from "../../src/ops/avgPool1d";
import { opCase } from "./opCase";
import { windows1d } from "./reference";

interface Attrs {
  kernel: number;
  stride?: number;
  padding?: number;
  countIncludePad?: boolean;
}

export default opCase<Attrs>({
  samples: [
    { inputs: [[2, 3, 9]], attrs: { kernel: 2 } },
    { inputs: [[2, 2, 9]], attrs: { kernel: 3 }, note: "four rows as one" },
    { inputs: [[2, 3, 8]], attrs: { kernel: 2 }, note: "windows in pairs" },
    { inputs: [[1, 1, 1]], attrs: { kernel: 1 } },
    { inputs: [[1, 2, 7]], attrs: { kernel: 4, stride: 3, padding: 2, countIncludePad: false } },
  ],
  build: ([x], { kernel, ...options }) => avgPool1d(x!, kernel, options),
  reference: ([x], attrs) =>
    windows1d(
      x!,
      attrs,
      (w) => w.reduce((a, b) => a + b, 0) / (attrs.countIncludePad === false ? w.length : attrs.kernel),
    ),
});
