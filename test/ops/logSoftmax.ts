import { logSoftmax } from "../../src/ops/logSoftmax";
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
      inputs: [{ shape, range: [-300, 300] as const }],
      note: "large values, one of which decides",
      vjp: false,
    })),
    {
      inputs: [{ shape: [2, 3], values: [1e4, 9999, -1e4, -3e5, -3e5, -3e5 - 1] }],
      note: "neighbours far from 0",
      vjp: false,
    },
    { inputs: [[3, 68]], note: "long rows, by fours" },
    { inputs: [[1, 260]], note: "two vec4s a lane of a workgroup" },
    { inputs: [[2, 37, 4]], attrs: { axis: 1 }, note: "long rows across the last axis" },
    { inputs: [[37, 12]], note: "several workgroups, by fours" },
  ],
  build: ([x], { axis }) => logSoftmax(x!, axis),
  reference: ([x], { axis = -1 }) =>
    alongAxis(x!, axis, (row) => {
      const largest = Math.max(...row);
      const total = row.reduce((n, v) => n + Math.exp(v - largest), 0);
      return row.map((v) => v - largest - Math.log(total));
    }),
});
