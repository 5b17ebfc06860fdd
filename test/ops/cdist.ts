import { cdist } from "../../src/ops/cdist";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase({
  samples: [
    {
      inputs: [
        [7, 5],
        [6, 5],
      ],
    },
    {
      inputs: [
        [1, 1],
        [1, 1],
      ],
    },
    { inputs: [[30, 3], { shape: [2, 3], range: [1, 2] }], note: "by a product" },
    {
      inputs: [
        { shape: [27, 4], range: [1000, 1001] },
        { shape: [5, 4], range: [1002, 1003] },
      ],
      note: "far from the origin",
      vjp: false,
    },
    {
      inputs: [
        { shape: [2, 2], values: [1, 2, 1, 2] },
        { shape: [2, 2], values: [1, 2, 4, 6] },
      ],
      note: "equal points: a distance of 0, with a gradient of 0",
    },
  ],
  build: ([a, b]) => cdist(a!, b!),
  reference: ([a, b]) =>
    tabulate([a!.shape[0]!, b!.shape[0]!], ([i, j]) =>
      Math.hypot(...Array.from({ length: a!.shape[1]! }, (_, d) => element(a!, [i!, d]) - element(b!, [j!, d]))),
    ),
  tolerance: 2e-5,
});
