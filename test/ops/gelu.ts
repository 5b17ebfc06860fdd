import { gelu } from "../../src/ops/gelu";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

/** erf by its power series, exact enough for |x| ≤ 4. */
function erf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

const exact = (x: number) => (x / 2) * (1 + erf(x / Math.SQRT2));
const byTanh = (x: number) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

export default opCase<{ approximate?: "none" | "tanh" }>({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-4, 4] }] },
    { inputs: [{ shape: [7, 13], range: [-4, 4] }], attrs: { approximate: "tanh" } },
    { inputs: [[1]] },
  ],
  build: ([x], attrs) => gelu(x!, attrs),
  reference: (inputs, { approximate }) => elementwise(inputs, approximate === "tanh" ? byTanh : exact),
});
