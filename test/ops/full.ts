import { add } from "../../src/ops/add";
import { full } from "../../src/ops/full";
import { reshape } from "../../src/ops/reshape";
import { opCase } from "./opCase";
import { tabulate } from "./reference";

export default opCase<{ shape: number[]; value: number; alone?: boolean }>({
  samples: [
    { inputs: [[3, 5]], attrs: { shape: [3, 5], value: 2.5 } },
    { inputs: [[1]], attrs: { shape: [2, 3], value: -1 } },
    { inputs: [[1]], attrs: { shape: [7], value: 3, alone: true }, note: "with a buffer of its own", vjp: false },
  ],
  build: ([x], { shape, value, alone }) => (alone ? reshape(full(shape, value), [-1]) : add(full(shape, value), x!)),
  reference: ([x], { shape, value, alone }) =>
    tabulate(shape, (at) => value + (alone ? 0 : x!.data[x!.data.length === 1 ? 0 : at[0]! * shape[1]! + at[1]!]!)),
});
