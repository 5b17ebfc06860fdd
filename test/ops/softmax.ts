import { softmax } from "../../src/ops/softmax";
import { opCase } from "./opCase";
import { alongAxis } from "./reference";

export default opCase<{ axis?: number }>({
  samples: [
    { inputs: [[7, 13]] },
    { inputs: [[1]] },
    { inputs: [[3, 5, 4]], attrs: { axis: 1 } },
    { inputs: [[5, 3]], attrs: { axis: 0 } },
    { inputs: [{ shape: [4, 6], range: [-300, 300] }], note: "large values", vjp: false },
    ...[
      [37, 12],
      [3, 70],
      [5, 64],
      [2, 260],
      [2, 1100],
    ].map((shape) => ({
      inputs: [{ shape, range: [-30000, 30000] as const }],
      note: "large values, one of which decides",
      vjp: false,
    })),
    { inputs: [[5, 68]], note: "by fours" },
    { inputs: [{ shape: [5, 68], range: [-300, 300] }], note: "by fours, large values", vjp: false },
    { inputs: [[37, 12]], note: "several rows a workgroup, by fours" },
    { inputs: [[3, 263]], note: "rows longer than a workgroup" },
    { inputs: [[1, 260]], note: "two vec4s a lane of a workgroup" },
    { inputs: [[2, 1100]], note: "the same with more lanes", vjp: false },
    { inputs: [[2, 37, 4]], attrs: { axis: 1 }, note: "long rows across the last axis" },
    { inputs: [[130, 64]], note: "several rows a subgroup" },
    { inputs: [[130, 9]], note: "several workgroups", vjp: false },
  ],
  build: ([x], { axis }) => softmax(x!, axis),
  reference: ([x], { axis = -1 }) =>
    alongAxis(x!, axis, (row) => {
      const largest = Math.max(...row);
      const total = row.reduce((n, v) => n + Math.exp(v - largest), 0);
      return row.map((v) => Math.exp(v - largest) / total);
    }),
});
