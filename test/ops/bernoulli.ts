import type { DType } from "../../src/core/dtype";
import { toUnit } from "../../src/core/random";
import { bernoulli } from "../../src/ops/bernoulli";
import { opCase } from "./opCase";
import { counted, drawn, generatorAt, wordOf } from "./random";

export default opCase<{ p?: number; shape?: number[]; dtype?: DType }>({
  samples: [
    { inputs: [generatorAt(42, 0)], attrs: { p: 0.3, shape: [7, 13] } },
    { inputs: [generatorAt(0, 3)], attrs: { p: 1, shape: [1], dtype: "f32" }, note: "always" },
    { inputs: [generatorAt(9, 3)], attrs: { p: 0, shape: [5], dtype: "i32" }, note: "never" },
    { inputs: [generatorAt(1, 2), { shape: [3, 7], range: [0, 1] }], attrs: {}, note: "probabilities", vjp: false },
    {
      inputs: [generatorAt(1, 2), { shape: [6], values: [-1, 0, 0.5, 0.5, 1, 2] }],
      attrs: { dtype: "f32" },
      vjp: false,
    },
  ],
  build: ([state, probabilities], { p, shape, dtype }) =>
    drawn(state!, (generator) => bernoulli(probabilities ?? p!, { shape, dtype, generator })),
  reference: ([state, probabilities], { p, shape }) =>
    counted(shape ?? probabilities!.shape, (i) => (toUnit(wordOf(state!, i)) < (probabilities?.data[i] ?? p!) ? 1 : 0)),
});
