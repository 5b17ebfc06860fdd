import { permuted } from "../../src/core/permutation";
import { permutation } from "../../src/ops/permutation";
import { opCase } from "./opCase";
import { counted, drawn, generatorAt, wordOf } from "./random";

export default opCase<{ n: number }>({
  samples: [
    { inputs: [generatorAt(42, 0)], attrs: { n: 91 } },
    { inputs: [generatorAt(42, 1)], attrs: { n: 91 }, note: "another step" },
    { inputs: [generatorAt(0, 3)], attrs: { n: 1 } },
    { inputs: [generatorAt(5, 0)], attrs: { n: 1025 }, note: "just above a power of two" },
  ],
  build: ([state], { n }) => drawn(state!, (generator) => permutation(n, { generator })),
  reference: ([state], { n }) => counted([n], (i) => permuted(i, n, wordOf(state!, 0), 0)),
  tolerance: 0,
});
