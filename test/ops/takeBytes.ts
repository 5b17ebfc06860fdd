import { type TakeBytesOptions, takeBytes } from "../../src/ops/takeBytes";
import { opCase } from "./opCase";
import { tabulate } from "./reference";

const words = (length: number) => ({
  shape: [length],
  dtype: "u32" as const,
  values: Array.from({ length }, (_, i) => (i * 2654435761) >>> 0),
});
const indices = (...values: number[]) => ({ shape: [values.length], dtype: "u32" as const, values });

export default opCase<TakeBytesOptions>({
  samples: [
    { inputs: [words(8), indices(3, 0, 6)], attrs: { rows: 6, shape: [1, 5], mean: 0.25, std: 0.5 } },
    {
      inputs: [words(14), indices(6, 2, 7, 0)],
      attrs: { rows: 7, shape: [2, 4], mean: 0.25, std: 0.5 },
      note: "by fours",
    },
    {
      inputs: [words(14), indices(...Array.from({ length: 4120 }, (_, i) => (5 * i) % 8))],
      attrs: { rows: 7, shape: [2, 4], mean: 0.25, std: 0.5 },
      note: "by fours, several results an invocation on CPUs",
    },
    { inputs: [words(1), indices(0)], attrs: { rows: 1, shape: [1], mean: 0, std: 1 } },
  ],
  build: ([table, rows], attrs) => takeBytes(table!, rows!, attrs),
  reference: ([table, rows], { rows: count, shape, mean, std }) =>
    tabulate([rows!.data.length, ...shape], ([i, ...rest]) => {
      const row = rows!.data[i!]!;
      if (row >= count) return 0;
      const at = rest.reduce((n, v, d) => n * shape[d]! + v, 0) + row * shape.reduce((a, b) => a * b, 1);
      const byte = Math.floor(table!.data[Math.floor(at / 4)]! / 2 ** (8 * (at % 4))) % 256;
      return (byte / 255 - mean) / std;
    }),
});
