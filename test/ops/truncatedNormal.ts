import { massAbove } from "../../src/core/normalDistribution";
import { truncatedNormal } from "../../src/ops/truncatedNormal";
import { opCase } from "./opCase";
import { counted, drawn, generatorAt, openUnit, wordOf } from "./random";

/** Where the mass above is `mass`, by bisection. */
function inverse(mass: number): number {
  let [low, high] = [-10, 10];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (massAbove(middle) > mass) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export default opCase<{ shape: number[]; mean?: number; std?: number; a?: number; b?: number }>({
  samples: [
    { inputs: [generatorAt(42, 0)], attrs: { shape: [7, 13] } },
    { inputs: [generatorAt(0, 3)], attrs: { shape: [1], mean: -2, std: 5 } },
    { inputs: [generatorAt(3, 1)], attrs: { shape: [30], a: 3, b: 8 }, note: "the upper tail" },
    { inputs: [generatorAt(4, 1)], attrs: { shape: [30], a: -100, b: -4 }, note: "the lower tail" },
    { inputs: [generatorAt(5, 1)], attrs: { shape: [99], std: 0.02 }, note: "hardly cut" },
  ],
  build: ([state], { shape, ...options }) =>
    drawn(state!, (generator) => truncatedNormal(shape, { ...options, generator })),
  reference: ([state], { shape, mean = 0, std = 1, a = -2, b = 2 }) =>
    counted(shape, (i) => {
      const [above, below] = [massAbove((b - mean) / std), massAbove((a - mean) / std)];
      const u = openUnit(wordOf(state!, i));
      return Math.min(b, Math.max(a, mean + std * inverse(below + u * (above - below))));
    }),
  tolerance: 2e-5,
});
