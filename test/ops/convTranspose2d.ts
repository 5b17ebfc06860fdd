import { type ConvTranspose2dOptions, convTranspose2d } from "../../src/ops/convTranspose2d";
import { opCase, type Reference } from "./opCase";
import { element, indices, tabulate } from "./reference";

const two = (p: number | readonly [number, number]) => (typeof p === "number" ? [p, p] : p) as [number, number];

export default opCase<ConvTranspose2dOptions>({
  samples: [
    { inputs: [[2, 3, 3, 4], [3, 5, 3, 3], [5]], attrs: { stride: 2, padding: 1, outputPadding: 1 } },
    { inputs: [[1, 1, 1, 1], [1, 1, 1, 1], [1]] },
    { inputs: [[1, 2, 3, 5], [2, 3, 2, 3], [3]], note: "stride 1, H ≠ W" },
    {
      inputs: [[1, 4, 3, 3], [4, 3, 2, 2], [6]],
      attrs: { groups: 2, dilation: [2, 1], stride: [1, 3] },
      note: "groups",
    },
    { inputs: [[1, 2, 2, 3], [2, 3, 2, 2], [3]], attrs: { stride: 3 }, note: "places that no tap reaches" },
    { inputs: [[2, 2, 2, 3], [2, 3, 3, 4], [3]], attrs: { stride: [2, 4], dilation: 2, padding: [1, 2] } },
    { inputs: [[1, 2, 3, 2], [2, 1, 2, 3], [1]], attrs: { stride: 2, dilation: 3, outputPadding: 1 } },
    { inputs: [[1, 2, 1, 2], [2, 3, 1, 2], [3]], attrs: { stride: 5 }, note: "more parts than are made one by one" },
    { inputs: [[1, 3, 3, 2], [3, 1, 3, 3], [3]], attrs: { groups: 3, stride: 2, padding: 1 }, note: "depthwise" },
    {
      inputs: [
        [2, 2, 3, 3],
        [2, 1, 2, 2],
      ],
      attrs: { stride: 2 },
      note: "no bias",
    },
  ],
  build: ([x, w, b], attrs) => convTranspose2d(x!, w!, b, attrs),
  // Each element of x is spread over the output by every tap.
  reference([x, w, b], { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 }): Reference {
    const [n, c, h, width] = x!.shape as [number, number, number, number];
    const [, og, kh, kw] = w!.shape as [number, number, number, number];
    const [s, p, e, d] = [two(stride), two(padding), two(outputPadding), two(dilation)];
    const oh = (h - 1) * s[0] - 2 * p[0] + d[0] * (kh - 1) + e[0] + 1;
    const ow = (width - 1) * s[1] - 2 * p[1] + d[1] * (kw - 1) + e[1] + 1;
    const out = tabulate([n, og * groups, oh, ow], ([, o]) => b?.data[o!] ?? 0);
    for (const [i, ch, y, z] of indices(x!.shape) as Generator<[number, number, number, number]>)
      for (const [, o, a, t] of indices([1, og, kh, kw]) as Generator<[number, number, number, number]>) {
        const [oy, ox] = [y * s[0] - p[0] + a * d[0], z * s[1] - p[1] + t * d[1]];
        if (oy < 0 || ox < 0 || oy >= oh || ox >= ow) continue;
        const channel = Math.floor(ch / (c / groups)) * og + o;
        const at = ((i * og * groups + channel) * oh + oy) * ow + ox;
        out.data[at]! += element(x!, [i, ch, y, z]) * element(w!, [ch, o, a, t]);
      }
    return out;
  },
});
