import { type Conv2dOptions, conv2d } from "../../src/ops/conv2d";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

const two = (p: number | readonly [number, number]) => (typeof p === "number" ? [p, p] : p) as [number, number];

export default opCase<Conv2dOptions>({
  samples: [
    { inputs: [[2, 3, 5, 6], [4, 3, 3, 3], [4]], attrs: { padding: 1 } },
    { inputs: [[1, 1, 1, 1], [1, 1, 1, 1], [1]] },
    { inputs: [[1, 2, 7, 5], [5, 2, 3, 2], [5]], attrs: { stride: [2, 1], padding: [0, 2] }, note: "H ≠ W" },
    { inputs: [[2, 3, 6, 6], [6, 3, 2, 2], [6]], attrs: { padding: "same" }, note: "same, even kernel" },
    { inputs: [[1, 2, 8, 8], [3, 2, 3, 3], [3]], attrs: { dilation: 2, padding: 1, stride: 2 } },
    { inputs: [[2, 4, 5, 5], [6, 2, 3, 3], [6]], attrs: { groups: 2, padding: 1 }, note: "groups" },
    { inputs: [[1, 5, 5, 4], [5, 1, 3, 3], [5]], attrs: { groups: 5, padding: "same" }, note: "depthwise" },
    { inputs: [[2, 3, 5, 4], [3, 1, 3, 3], [3]], attrs: { groups: 3, padding: 1 }, note: "depthwise, by four" },
    { inputs: [[1, 3, 4, 5], [3, 1, 3, 3], [3]], attrs: { groups: 3, padding: 1 }, note: "depthwise, odd rows" },
    {
      inputs: [[1, 2, 3, 8], [4, 1, 2, 3], [4]],
      attrs: { groups: 2, stride: [1, 2], padding: [0, 1] },
      note: "depthwise, by four, two outputs a channel",
    },
    {
      inputs: [[2, 3, 6, 7], [6, 1, 2, 3], [6]],
      attrs: { groups: 3, stride: [1, 2], padding: [1, 2], dilation: [2, 1] },
      note: "depthwise, two outputs a channel",
    },
    { inputs: [[2, 2, 40, 40], [2, 1, 5, 5], [2]], attrs: { groups: 2, padding: 2 }, note: "depthwise", vjp: false },
    {
      inputs: [[2, 3, 7, 8], [3, 1, 3, 3], [3]],
      attrs: { groups: 3, padding: 1, stride: 2 },
      note: "depthwise by two",
    },
    { inputs: [[1, 2, 9, 12], [2, 1, 5, 1], [2]], attrs: { groups: 2, padding: [3, 0] }, note: "depthwise, tall" },
    {
      inputs: [[2, 2, 9, 16], [4, 1, 3, 3], [4]],
      attrs: { groups: 2, padding: 1, stride: 2 },
      note: "depthwise by two, two outputs a channel",
    },
    {
      inputs: [[3, 512, 1, 4], [512, 1, 1, 3], [512]],
      attrs: { groups: 512, padding: [0, 1] },
      note: "depthwise, so many channels that one invocation sums several pictures",
    },
    {
      inputs: [[2, 2, 5, 8], [6, 1, 3, 3], [6]],
      attrs: { groups: 2, padding: 1 },
      note: "depthwise by four, three outputs a channel",
    },
    { inputs: [[2, 6, 3, 3], [9, 6, 1, 1], [9]], note: "1 × 1" },
    { inputs: [[2, 8, 4, 5], [9, 8, 1, 1], [9]], note: "1 × 1, by four" },
    { inputs: [[3, 5, 17, 19], [11, 5, 3, 3], [11]], attrs: { padding: "valid" }, note: "several tiles", vjp: false },
  ],
  build: ([x, w, b], attrs) => conv2d(x!, w!, b, attrs),
  reference([x, w, b], { stride = 1, padding = 0, dilation = 1, groups = 1 }) {
    const [n, c, h, width] = x!.shape as [number, number, number, number];
    const [o, cg, kh, kw] = w!.shape as [number, number, number, number];
    const [sh, sw] = two(stride);
    const [dh, dw] = two(dilation);
    const span = [dh * (kh - 1), dw * (kw - 1)] as const;
    const around =
      padding === "same"
        ? span
        : padding === "valid"
          ? ([0, 0] as const)
          : (two(padding).map((p) => 2 * p) as [number, number]);
    const [ph, pw] = around.map((a) => Math.floor(a / 2)) as [number, number];
    const oh = Math.floor((h + around[0] - span[0] - 1) / sh) + 1;
    const ow = Math.floor((width + around[1] - span[1] - 1) / sw) + 1;
    return tabulate([n, o, oh, ow], ([i, k, oy, ox]) => {
      let total = b!.data[k!]!;
      const group = Math.floor(k! / (o / groups));
      for (let ch = 0; ch < cg; ch++)
        for (let a = 0; a < kh; a++)
          for (let e = 0; e < kw; e++) {
            const [y, z] = [oy! * sh - ph + a * dh, ox! * sw - pw + e * dw];
            if (y < 0 || z < 0 || y >= h || z >= width) continue;
            total += element(x!, [i!, group * (c / groups) + ch, y, z]) * element(w!, [k!, ch, a, e]);
          }
      return total;
    });
  },
});
