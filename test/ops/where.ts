import { where } from "../../src/ops/where";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13], dtype: "u32", range: [0, 3] }, [7, 13], [7, 13]] },
    { inputs: [{ shape: [1], dtype: "u32", values: [1] }, [1], [1]] },
    { inputs: [{ shape: [5, 1], dtype: "u32", range: [0, 2] }, [1, 4], []], note: "all stretched" },
    {
      inputs: [
        { shape: [6], dtype: "u32", range: [0, 2] },
        { shape: [6], dtype: "i32", range: [-9, 9] },
        { shape: [1], dtype: "i32", range: [-9, 9] },
      ],
    },
    {
      inputs: [
        { shape: [2, 4], dtype: "u32", range: [0, 2] },
        { shape: [4], dtype: "u32", range: [0, 9] },
        { shape: [2, 1], dtype: "u32", range: [0, 9] },
      ],
    },
  ],
  build: ([c, a, b]) => where(c!, a!, b!),
  reference: (inputs) => elementwise(inputs, (c, a, b) => (c !== 0 ? a : b)),
});
