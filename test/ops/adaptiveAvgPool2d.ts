import { adaptiveAvgPool2d } from "../../src/ops/adaptiveAvgPool2d";
import { opCase } from "./opCase";
import { bins2d } from "./reference";

export default opCase<{ size: number | [number, number] }>({
  samples: [
    { inputs: [[2, 3, 7, 5]], attrs: { size: [3, 2] }, note: "bins overlap" },
    { inputs: [[1, 1, 1, 1]], attrs: { size: 1 } },
    { inputs: [[1, 2, 4, 6]], attrs: { size: [2, 3] }, note: "bins side by side" },
    { inputs: [[1, 2, 3, 2]], attrs: { size: [5, 2] }, note: "more bins than rows" },
    { inputs: [[1, 2, 16, 10]], attrs: { size: [2, 1] }, note: "large bins" },
    { inputs: [[1, 3, 7, 8]], attrs: { size: [3, 3] }, note: "by rows" },
    { inputs: [[1, 1, 3, 8]], attrs: { size: [4, 12] }, note: "by rows, more bins than elements" },
    { inputs: [[1, 2, 5, 12]], attrs: { size: [2, 5] }, note: "by rows of three fours" },
  ],
  build: ([x], { size }) => adaptiveAvgPool2d(x!, size),
  reference: ([x], { size }) =>
    bins2d(x!, typeof size === "number" ? [size, size] : size, (bin) => bin.reduce((a, b) => a + b, 0) / bin.length),
});
