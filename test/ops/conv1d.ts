import { type Conv1dOptions, conv1d } from "../../src/ops/conv1d";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<Conv1dOptions>({
  samples: [
    { inputs: [[2, 3, 9], [5, 3, 3], [5]], attrs: { padding: 1 } },
    { inputs: [[1, 1, 1], [1, 1, 1], [1]] },
    { inputs: [[1, 4, 11], [6, 2, 2], [6]], attrs: { stride: 2, dilation: 3, padding: 2, groups: 2 } },
    { inputs: [[2, 2, 6], [3, 2, 4], [3]], attrs: { padding: "same" } },
    {
      inputs: [[1, 4, 10], [4, 1, 2], [4]],
      attrs: { stride: 2, groups: 4 },
      note: "a channel each, windows side by side",
    },
  ],
  build: ([x, w, b], attrs) => conv1d(x!, w!, b, attrs),
  reference([x, w, b], { stride = 1, padding = 0, dilation = 1, groups = 1 }) {
    const [n, c, length] = x!.shape as [number, number, number];
    const [o, cg, k] = w!.shape as [number, number, number];
    const span = dilation * (k - 1);
    const around = padding === "same" ? span : padding === "valid" ? 0 : 2 * padding;
    const before = Math.floor(around / 2);
    return tabulate([n, o, Math.floor((length + around - span - 1) / stride) + 1], ([i, out, p]) => {
      let total = b!.data[out!]!;
      const first = Math.floor(out! / (o / groups)) * (c / groups);
      for (let ch = 0; ch < cg; ch++)
        for (let tap = 0; tap < k; tap++) {
          const at = p! * stride - before + tap * dilation;
          if (at >= 0 && at < length) total += element(x!, [i!, first + ch, at]) * element(w!, [out!, ch, tap]);
        }
      return total;
    });
  },
});
