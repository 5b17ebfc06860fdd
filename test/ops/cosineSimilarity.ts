import { cosineSimilarity } from "../../src/ops/cosineSimilarity";
import { opCase } from "./opCase";
import { elementwise, reduceAxes } from "./reference";

export default opCase<{ axis?: number; eps?: number }>({
  samples: [
    {
      inputs: [
        [7, 13],
        [7, 13],
      ],
      attrs: {},
    },
    { inputs: [[1], [1]], attrs: {} },
    {
      inputs: [
        [5, 6, 3],
        [6, 3],
      ],
      attrs: { axis: -1 },
      note: "broadcast",
    },
    {
      inputs: [
        [5, 6, 3],
        [5, 1, 1],
      ],
      attrs: { axis: 1 },
      note: "broadcast along the axis",
    },
    {
      inputs: [
        { shape: [2, 2], values: [0, 0, 3e-3, 4e-3] },
        { shape: [2, 2], values: [1, 2, 3, 4] },
      ],
      attrs: { eps: 0.1 },
      note: "shorter than eps",
    },
  ],
  build: ([a, b], { axis, eps }) => cosineSimilarity(a!, b!, axis, eps),
  reference([a, b], { axis, eps = 1e-8 }) {
    const dot = elementwise([a!, b!], (p, q) => p * q);
    const d = axis === undefined ? Math.min(1, dot.shape.length - 1) : axis < 0 ? axis + dot.shape.length : axis;
    const total = (x: typeof dot) => reduceAxes(x, [d], false, 0, (n, v) => n + v);
    const length = (n: number) => Math.max(Math.sqrt(n), eps);
    const [aa, bb] = [elementwise([a!, b!], (p) => p * p), elementwise([a!, b!], (_, q) => q * q)].map(total);
    return elementwise([total(dot), aa!, bb!], (n, p, q) => n / (length(p) * length(q)));
  },
});
