import { type CrossEntropyOptions, softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { opCase } from "./opCase";

const labels = (...values: number[]) => ({ shape: [values.length], dtype: "i32" as const, values });

export default opCase<CrossEntropyOptions>({
  samples: [
    { inputs: [[5, 7], labels(0, 6, 3, 3, 1)] },
    { inputs: [[1, 1], labels(0)] },
    { inputs: [[4, 3], labels(2, -1, 0, -1)], note: "ignored rows" },
    { inputs: [[3, 4], labels(1, 2, 9)], attrs: { ignoreIndex: 9, reduction: "sum" } },
    { inputs: [[3, 4], labels(1, 77, -5)], attrs: { reduction: "none" }, note: "labels that are no class" },
    { inputs: [{ shape: [2, 3], range: [-500, 500] }, labels(0, 1)], note: "large logits", vjp: false },
    { inputs: [[70, 10], labels(...Array.from({ length: 70 }, (_, i) => i % 10))], note: "two workgroups", vjp: false },
  ],
  build: ([logits, target], attrs) => softmaxCrossEntropy(logits!, target!, attrs),
  reference([logits, target], { ignoreIndex = -1, reduction = "mean" }) {
    const [rows, classes] = logits!.shape as [number, number];
    const counts = (l: number) => l !== ignoreIndex && l >= 0 && l < classes;
    const losses = Array.from({ length: rows }, (_, r) => {
      const row = [...logits!.data.slice(r * classes, (r + 1) * classes)];
      const label = target!.data[r]!;
      if (!counts(label)) return 0;
      const largest = Math.max(...row);
      return Math.log(row.reduce((n, v) => n + Math.exp(v - largest), 0)) + largest - row[label]!;
    });
    if (reduction === "none") return { data: Float64Array.from(losses), shape: [rows] };
    const total = losses.reduce((a, b) => a + b, 0);
    const count = [...target!.data].filter(counts).length;
    return { data: Float64Array.of(reduction === "sum" ? total : total / count), shape: [] };
  },
});
