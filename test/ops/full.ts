import { add } from "../../src/ops/add";
import { full, ones, onesLike, zeros, zerosLike } from "../../src/ops/full";
import { reshape } from "../../src/ops/reshape";
import { opCase } from "./opCase";
import { tabulate } from "./reference";

export default opCase<{ shape: number[]; value: number; alone?: boolean; like?: boolean }>({
  samples: [
    { inputs: [[3, 5]], attrs: { shape: [3, 5], value: 2.5 } },
    { inputs: [[1]], attrs: { shape: [2, 3], value: -1 } },
    { inputs: [[1]], attrs: { shape: [7], value: 3, alone: true }, note: "with a buffer of its own", vjp: false },
    { inputs: [[2, 3]], attrs: { shape: [2, 3], value: 1 }, note: "ones" },
    { inputs: [[1]], attrs: { shape: [5], value: 0 }, note: "zeros" },
    { inputs: [{ shape: [3], dtype: "i32", range: [0, 9] }], attrs: { shape: [3], value: 1, like: true } },
    { inputs: [{ shape: [3], dtype: "u32", range: [0, 9] }], attrs: { shape: [3], value: 0, like: true } },
  ],
  build([x], { shape, value, alone, like }) {
    if (like) return add((value ? onesLike : zerosLike)(x!), x!);
    if (alone) return reshape(full(shape, value), [-1]);
    const filled = value === 0 ? zeros(shape) : value === 1 ? ones(shape) : full(shape, value);
    return add(filled, x!);
  },
  reference: ([x], { shape, value, alone }) =>
    tabulate(shape, (at) => {
      const i = at.reduce((n, j, d) => n * shape[d]! + j, 0);
      return value + (alone ? 0 : x!.data[x!.data.length === 1 ? 0 : i]!);
    }),
});
