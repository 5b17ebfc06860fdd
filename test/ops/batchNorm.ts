import { takePendingUpdates } from "../../src/graph/trace";
import { batchNorm } from "../../src/ops/batchNorm";
import { opCase } from "./opCase";
import { tabulate } from "./reference";

interface Attrs {
  training: boolean;
}

const positive = { shape: [3], range: [0.5, 2] as const };

export default opCase<Attrs>({
  samples: [
    { inputs: [[5, 3], [3], [3], [3], positive], attrs: { training: true } },
    { inputs: [[2, 3, 4, 5], [3], [3], [3], positive], attrs: { training: true }, note: "pictures" },
    { inputs: [[2, 3, 2, 4], [3], [3], [3], positive], attrs: { training: true }, note: "by fours" },
    { inputs: [[2, 3, 4, 5], [3], [3], [3], positive], attrs: { training: false }, note: "running statistics" },
    { inputs: [[2, 1], [1], [1], [1], { shape: [1], range: [0.5, 2] }], attrs: { training: true } },
  ],
  build([x, weight, bias, runningMean, runningVar], { training }) {
    const y = batchNorm(x!, weight!, bias!, { runningMean: runningMean!, runningVar: runningVar!, training });
    // Here the statistics are inputs, not states; test/nn/norms.test.ts follows them over steps.
    takePendingUpdates();
    return y;
  },
  reference([x, weight, bias, runningMean, runningVar], { training }) {
    const [n, channels, ...rest] = x!.shape as [number, number, ...number[]];
    const area = rest.reduce((a, b) => a * b, 1);
    const at = (i: number, c: number, p: number) => x!.data[(i * channels + c) * area + p]!;
    const statistics = Array.from({ length: channels }, (_, c) => {
      if (!training) return [runningMean!.data[c]!, runningVar!.data[c]!] as const;
      const values = Array.from({ length: n * area }, (_, j) => at(Math.floor(j / area), c, j % area));
      const average = values.reduce((a, b) => a + b, 0) / values.length;
      return [average, values.reduce((a, b) => a + (b - average) ** 2, 0) / values.length] as const;
    });
    return tabulate(x!.shape, ([i, c, h = 0, w = 0]) => {
      const [average, variance] = statistics[c!]!;
      const value = at(i!, c!, h * (rest[1] ?? 1) + w);
      return ((value - average) / Math.sqrt(variance + 1e-5)) * weight!.data[c!]! + bias!.data[c!]!;
    });
  },
  tolerance: 1e-4,
  vjpTolerance: 3e-3,
});
