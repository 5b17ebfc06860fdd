import { randint } from "../../src/ops/randint";
import { opCase } from "./opCase";
import { counted, drawn, generatorAt, wordOf } from "./random";

export default opCase<{ low: number; high: number; shape: number[] }>({
  samples: [
    { inputs: [generatorAt(42, 0)], attrs: { low: 0, high: 10, shape: [7, 13] } },
    { inputs: [generatorAt(0, 3)], attrs: { low: -5, high: -4, shape: [1] }, note: "one integer" },
    { inputs: [generatorAt(7, 1)], attrs: { low: -(2 ** 31), high: 2 ** 31, shape: [9] }, note: "all of i32" },
    { inputs: [generatorAt(7, 2)], attrs: { low: -1, high: 2 ** 31, shape: [9] }, note: "more than half of them" },
  ],
  build: ([state], { low, high, shape }) => drawn(state!, (generator) => randint(low, high, shape, { generator })),
  reference: ([state], { low, high, shape }) => counted(shape, (i) => low + (wordOf(state!, i) % (high - low))),
  tolerance: 0,
});
