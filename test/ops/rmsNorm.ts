import { rmsNorm } from "../../src/ops/rmsNorm";
import { opCase } from "./opCase";
import { normalised } from "./reference";

export default opCase<{ eps?: number }>({
  samples: [
    { inputs: [[5, 13], [13]] },
    { inputs: [[1, 1], [1]] },
    { inputs: [[2, 3, 8], [8]], attrs: { eps: 0.1 } },
    { inputs: [[3, 68], [68]], note: "long rows, by fours" },
    { inputs: [[3, 64], [64]], note: "rows that lanes hold" },
    { inputs: [[66, 512], [512]], note: "rows in stretches" },
    { inputs: [[3, 70], [70]], note: "rows longer than a workgroup" },
    { inputs: [[1, 260], [260]], note: "two vec4s a lane of a workgroup" },
  ],
  build: ([x, weight], { eps }) => rmsNorm(x!, undefined, { weight: weight!, ...(eps !== undefined && { eps }) }),
  reference: ([x, weight], { eps = 1e-5 }) => normalised(x!, weight!, eps, false),
});
