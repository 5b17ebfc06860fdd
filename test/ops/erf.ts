import { erf } from "../../src/ops/erf";
import { mul } from "../../src/ops/mul";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

/** By the power series, exact enough for |x| ≤ 4; beyond, ±1 to 2e-8. */
export function reference(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

export default opCase<{ scale?: number }>({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-4, 4] }] },
    { inputs: [[1]] },
    {
      inputs: [{ shape: [5], values: [1e-6, -1e-6, 3.3e-7, -7.1e-7, 1.25e-6] }],
      attrs: { scale: 1e6 },
      note: "near 0",
      vjp: false,
    },
    {
      inputs: [{ shape: [9], values: [-1.001, -1, -0.999, 0.999, 1, 1.001, -1e4, 1e4, 5] }],
      note: "where the ways meet, and far out",
      vjp: false,
    },
  ],
  build: ([x], { scale = 1 }) => (scale === 1 ? erf(x!) : mul(erf(x!), scale)),
  reference: (inputs, { scale = 1 }) => elementwise(inputs, (x) => scale * reference(x)),
  // Relative to 1 + |expected|: 1.5e-7 absolute where the result is near 1 is 0.75e-7 here.
  tolerance: 1e-7,
});
