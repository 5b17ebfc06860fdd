import { maxPool2d } from "../../src/ops/maxPool2d";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

interface Attrs {
  kernel: number;
  stride?: number;
  padding?: number;
}

export default opCase<Attrs>({
  samples: [
    { inputs: [[2, 3, 6, 8]], attrs: { kernel: 2 } },
    { inputs: [[2, 3, 4, 6]], attrs: { kernel: 2 }, note: "windows that do not pair up" },
    { inputs: [[1, 2, 6, 9]], attrs: { kernel: 3 } },
    { inputs: [[1, 1, 1, 1]], attrs: { kernel: 1 } },
    { inputs: [[1, 2, 7, 5]], attrs: { kernel: 3, stride: 2, padding: 1 }, note: "windows overlap" },
    { inputs: [[2, 1, 7, 9]], attrs: { kernel: 2 }, note: "a rest is left over" },
    { inputs: [[1, 1, 9, 9]], attrs: { kernel: 2, stride: 3 }, note: "gaps" },
    { inputs: [[1, 2, 5, 8]], attrs: { kernel: 3, stride: 2, padding: 1 }, note: "overlapping, by four" },
    { inputs: [[1, 2, 4, 12]], attrs: { kernel: 3, stride: 2, padding: 1 }, note: "two windows of a vec4 in each row" },
    { inputs: [[1, 1, 4, 8]], attrs: { kernel: 3, stride: 1, padding: 1 }, note: "every place begins a window" },
    { inputs: [[2, 3, 6, 8]], attrs: { kernel: 2 }, note: "without the places of the maxima", vjp: false },
  ],
  build: ([x], { kernel, stride, padding }) => maxPool2d(x!, kernel, { stride, padding }),
  reference([x], { kernel, stride = kernel, padding = 0 }) {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const size = (s: number) => Math.floor((s + 2 * padding - kernel) / stride) + 1;
    return tabulate([n, c, size(h), size(w)], ([i, k, oy, ox]) => {
      const window: number[] = [];
      for (let a = 0; a < kernel; a++)
        for (let b = 0; b < kernel; b++) {
          const [y, z] = [oy! * stride - padding + a, ox! * stride - padding + b];
          if (y >= 0 && z >= 0 && y < h && z < w) window.push(element(x!, [i!, k!, y, z]));
        }
      return Math.max(...window);
    });
  },
});
