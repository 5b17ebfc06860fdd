import { sin } from "../../src/ops/sin";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-4, 4] }] },
    { inputs: [[1]] },
    { inputs: [{ shape: [3, 5], range: [-100000, 100000] }], note: "many turns", vjp: false },
    {
      inputs: [{ shape: [7], values: [1, -1, 2, 4, -4, 6000, 0].map((eighths) => (eighths * Math.PI) / 4) }],
      note: "eighths of a turn",
      vjp: false,
    },
  ],
  build: ([x]) => sin(x!),
  reference: (inputs) => elementwise(inputs, Math.sin),
  tolerance: 5e-7,
});
