import { add } from "../../src/ops/add";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    {
      inputs: [
        [7, 13],
        [7, 13],
      ],
    },
    { inputs: [[1], [1]] },
    { inputs: [[4, 8], [8]], note: "row" },
    { inputs: [[150, 244], [244]], note: "several results an invocation on CPUs", vjp: false },
    {
      inputs: [
        [4, 8],
        [4, 1],
      ],
      note: "column",
    },
    {
      inputs: [
        [3, 1, 5],
        [2, 1],
      ],
      note: "both stretched",
    },
    {
      inputs: [
        [2, 3, 4, 4],
        [3, 1, 1],
      ],
      note: "channel",
    },
    { inputs: [[], [5]], note: "scalar" },
    { inputs: [[256, 132], [132]], note: "long row", vjp: false },
    { inputs: [[264, 125], [125]], note: "long odd row", vjp: false },
    {
      inputs: [
        [8, 17, 288],
        [17, 1],
      ],
      note: "long channels",
      vjp: false,
    },
    {
      inputs: [
        [256, 160],
        [256, 1],
      ],
      note: "long column",
      vjp: false,
    },
    {
      inputs: [
        { shape: [6], dtype: "i32", range: [-9, 9] },
        { shape: [6], dtype: "i32", range: [1, 9] },
      ],
      note: "i32",
    },
  ],
  build: ([a, b]) => add(a!, b!),
  reference: (inputs) => elementwise(inputs, (a, b) => a + b),
});
