import { instanceNorm } from "../../src/ops/instanceNorm";
import { opCase } from "./opCase";
import { normalisedGroups } from "./reference";

export default opCase<{ eps?: number }>({
  samples: [
    { inputs: [[2, 3, 3, 5], [3], [3]] },
    { inputs: [[2, 3, 4, 5]], note: "without weight and bias" },
    { inputs: [[1, 1, 2], [1], [1]], attrs: { eps: 0.1 } },
    { inputs: [{ shape: [1, 2, 6, 7], range: [500, 501] }, [2], [2]], note: "mean ≫ deviation", vjp: false },
  ],
  build: ([x, weight, bias], attrs) => instanceNorm(x!, { ...(weight && { weight, bias: bias! }), ...attrs }),
  reference: ([x, weight, bias], { eps = 1e-5 }) => normalisedGroups(x!, x!.shape[1]!, eps, weight, bias),
  tolerance: 1e-4,
  vjpTolerance: 3e-3,
});
