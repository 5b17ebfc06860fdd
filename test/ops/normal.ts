import { normal } from "../../src/ops/normal";
import { opCase } from "./opCase";
import { counted, drawn, generatorAt, openUnit, wordOf } from "./random";

export default opCase<{ shape: number[]; mean?: number; std?: number }>({
  samples: [
    { inputs: [generatorAt(42, 0)], attrs: { shape: [11, 91] } },
    { inputs: [generatorAt(0, 3)], attrs: { shape: [1], mean: -2, std: 5 } },
    { inputs: [generatorAt(4294967295, 70000)], attrs: { shape: [6], mean: 3, std: 0 }, note: "no spread" },
  ],
  build: ([state], { shape, mean, std }) => drawn(state!, (generator) => normal(shape, { mean, std, generator })),
  reference: ([state], { shape, mean = 0, std = 1 }) =>
    counted(shape, (i) => {
      const radius = Math.sqrt(-2 * Math.log1p(-openUnit(wordOf(state!, i & ~1))));
      const angle = (2 * Math.PI * wordOf(state!, i | 1)) / 2 ** 32;
      return mean + std * radius * (i % 2 ? Math.sin(angle) : Math.cos(angle));
    }),
});
