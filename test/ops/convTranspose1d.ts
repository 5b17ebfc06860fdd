import { type ConvTranspose1dOptions, convTranspose1d } from "../../src/ops/convTranspose1d";
import { opCase, type Reference } from "./opCase";
import { element, indices, tabulate } from "./reference";

export default opCase<ConvTranspose1dOptions>({
  samples: [
    { inputs: [[2, 3, 4], [3, 5, 3], [5]], attrs: { stride: 2, padding: 1, outputPadding: 1 } },
    { inputs: [[1, 1, 1], [1, 1, 1], [1]] },
    { inputs: [[1, 4, 3], [4, 3, 2], [6]], attrs: { groups: 2, dilation: 2 }, note: "groups" },
    { inputs: [[1, 4, 5], [4, 1, 2], [4]], attrs: { stride: 2, groups: 4 }, note: "a channel each, side by side" },
  ],
  build: ([x, w, b], attrs) => convTranspose1d(x!, w!, b, attrs),
  reference([x, w, b], { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 }): Reference {
    const [n, c, length] = x!.shape as [number, number, number];
    const [, og, k] = w!.shape as [number, number, number];
    const size = (length - 1) * stride - 2 * padding + dilation * (k - 1) + outputPadding + 1;
    const out = tabulate([n, og * groups, size], ([, o]) => b!.data[o!]!);
    for (const [i, ch, p] of indices(x!.shape) as Generator<[number, number, number]>)
      for (const [, o, tap] of indices([1, og, k]) as Generator<[number, number, number]>) {
        const at = p * stride - padding + tap * dilation;
        if (at < 0 || at >= size) continue;
        const channel = Math.floor(ch / (c / groups)) * og + o;
        out.data[(i * og * groups + channel) * size + at]! += element(x!, [i, ch, p]) * element(w!, [ch, o, tap]);
      }
    return out;
  },
});
