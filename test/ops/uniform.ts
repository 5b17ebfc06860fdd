import { toUnit } from "../../src/core/random";
import { uniform } from "../../src/ops/uniform";
import { opCase } from "./opCase";
import { counted, drawn, generatorAt, wordOf } from "./random";

export default opCase<{ shape: number[]; low?: number; high?: number }>({
  samples: [
    { inputs: [generatorAt(42, 0)], attrs: { shape: [7, 13] } },
    { inputs: [generatorAt(0, 3)], attrs: { shape: [1], low: -2, high: 5 } },
    { inputs: [generatorAt(4294967295, 70000)], attrs: { shape: [] }, note: "a scalar" },
    { inputs: [generatorAt(1, 1)], attrs: { shape: [3, 2, 30], low: 1, high: 1 }, note: "an empty range" },
  ],
  build: ([state], { shape, low, high }) => drawn(state!, (generator) => uniform(shape, { low, high, generator })),
  reference: ([state], { shape, low = 0, high = 1 }) =>
    counted(shape, (i) => low + (high - low) * toUnit(wordOf(state!, i))),
});
