import { symmetricBeta } from "../../src/ops/symmetricBeta";
import { opCase } from "./opCase";
import { counted, drawn, generatorAt, openUnit, wordOf } from "./random";

export default opCase<{ shape: number[]; alpha: number }>({
  samples: [
    { inputs: [generatorAt(42, 0)], attrs: { shape: [7, 13], alpha: 0.3 } },
    { inputs: [generatorAt(0, 3)], attrs: { shape: [1], alpha: 1 } },
    { inputs: [generatorAt(4294967295, 70000)], attrs: { shape: [2, 33], alpha: 20 } },
    { inputs: [generatorAt(1, 1)], attrs: { shape: [9], alpha: 1e-3 }, note: "0 or 1" },
  ],
  build: ([state], { shape, alpha }) => drawn(state!, (generator) => symmetricBeta(shape, { alpha, generator })),
  reference: ([state], { shape, alpha }) =>
    counted(shape, (i) => {
      const word = (k: number) => wordOf(state!, 4 * i + k);
      const power = (k: number, p: number) => (1 - openUnit(word(k))) ** p;
      const radius = Math.sqrt(1 - power(0, 2 / (2 * alpha + 1)));
      const y = 0.5 + 0.5 * radius * Math.cos((2 * Math.PI * word(1)) / 2 ** 32);
      const odds = ((1 - y) / y) * ((1 - openUnit(word(3))) / (1 - openUnit(word(2)))) ** (1 / alpha);
      return 1 / (1 + odds);
    }),
  tolerance: 2e-5,
});
