import { groupNorm } from "../../src/ops/groupNorm";
import { opCase } from "./opCase";
import { normalisedGroups } from "./reference";

interface Attrs {
  groups: number;
  eps?: number;
}

export default opCase<Attrs>({
  samples: [
    { inputs: [[2, 6, 3, 5], [6], [6]], attrs: { groups: 2 } },
    { inputs: [[1, 1], [1], [1]], attrs: { groups: 1 }, note: "one element: its variance is 0" },
    { inputs: [[3, 4], [4], [4]], attrs: { groups: 2, eps: 0.1 }, note: "no positions" },
    { inputs: [[2, 3, 4], [3], [3]], attrs: { groups: 3 }, note: "a group a channel" },
    {
      inputs: [{ shape: [1, 4, 32, 40], range: [100, 101] }, [4], [4]],
      attrs: { groups: 2 },
      note: "mean ≫ deviation, several parts",
      vjp: false,
    },
  ],
  build: ([x, weight, bias], { groups, eps }) =>
    groupNorm(x!, groups, { weight: weight!, bias: bias!, ...(eps !== undefined && { eps }) }),
  reference: ([x, weight, bias], { groups, eps = 1e-5 }) => normalisedGroups(x!, groups, eps, weight!, bias!),
  tolerance: 1e-4,
  vjpTolerance: 3e-3,
});
