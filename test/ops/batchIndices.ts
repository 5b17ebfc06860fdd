import { permuted } from "../../src/core/permutation";
import { type BatchIndicesAttrs, batchIndices, NO_ROW } from "../../src/ops/batchIndices";
import { opCase } from "./opCase";
import { tabulate } from "./reference";

const position = (seed: number, batchNumber: number) => ({
  shape: [2],
  dtype: "u32" as const,
  values: [seed, batchNumber],
});

export default opCase<BatchIndicesAttrs>({
  samples: [
    { inputs: [position(7, 5)], attrs: { count: 1000, batch: 32, batches: 31, shuffle: true } },
    { inputs: [position(7, 100)], attrs: { count: 1000, batch: 32, batches: 31, shuffle: true }, note: "later epoch" },
    { inputs: [position(0, 0)], attrs: { count: 1, batch: 1, batches: 1, shuffle: true } },
    { inputs: [position(0, 3)], attrs: { count: 50, batch: 16, batches: 4, shuffle: false }, note: "beyond the end" },
    { inputs: [position(3, 0)], attrs: { count: 60000, batch: 128, batches: 468, shuffle: true } },
  ],
  build: ([state], attrs) => batchIndices(state!, attrs),
  reference: ([state], { count, batch, batches, shuffle }) =>
    tabulate([batch], ([i]) => {
      const [seed, number] = state!.data as unknown as [number, number];
      const row = (number % batches) * batch + i!;
      if (row >= count) return NO_ROW;
      return shuffle ? permuted(row, count, seed, Math.floor(number / batches)) : row;
    }),
});
