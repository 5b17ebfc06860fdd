import { round } from "../../src/ops/round";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

/** To the nearest whole number, half to even. */
function half(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-4, 4] }] },
    { inputs: [[1]] },
    {
      inputs: [{ shape: [11], values: [-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5, 3.5, 0.49999997, 8388607.5, -1e9] }],
      note: "halves",
      vjp: false,
    },
  ],
  build: ([x]) => round(x!),
  reference: (inputs) => elementwise(inputs, half),
});
