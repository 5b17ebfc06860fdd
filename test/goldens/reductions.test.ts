import * as ops from "../../src/index";
import { describeGoldens } from "./goldens";

interface Axis {
  readonly axis?: number;
}

interface Axes {
  readonly axes: number[];
}

const both = ({ values, indices }: { values: ops.Tensor; indices: ops.Tensor }) => [values, indices];

await describeGoldens("reductions", {
  min: ({ x }, { axes }: Axes) => ops.min(x!, axes),
  prod: ({ x }, { axes }: Axes) => ops.prod(x!, axes),
  logSumExp: ({ x }, { axes }: Axes) => ops.logSumExp(x!, axes),
  variance: ({ x }, { axes, ...o }: Axes & { correction: number }) => ops.variance(x!, axes, o),
  std: ({ x }, { axes, ...o }: Axes & { correction: number }) => ops.std(x!, axes, o),
  norm: ({ x }, { axes, p }: Axes & { p: number | "Infinity" }) => ops.norm(x!, axes, { p: Number(p) }),
  cumsum: ({ x }, { axis }: Axis) => ops.cumsum(x!, axis),
  cumprod: ({ x }, { axis }: Axis) => ops.cumprod(x!, axis),
  topK: ({ x }, { k, axis, ...o }: Axis & { k: number; largest: boolean }) => both(ops.topK(x!, k, axis, o)),
  sort: ({ x }, { axis, ...o }: Axis & { descending: boolean }) => both(ops.sort(x!, axis, o)),
  argMax: ({ x }, { axis }: Axis) => ops.argMax(x!, axis),
  argMin: ({ x }, { axis }: Axis) => ops.argMin(x!, axis),
  cosineSimilarity: ({ a, b }, { axis }: Axis) => ops.cosineSimilarity(a!, b!, axis),
  pairwiseDistance: ({ a, b }, o: { p: number }) => ops.pairwiseDistance(a!, b!, o),
  cdist: ({ a, b }) => ops.cdist(a!, b!),
  l2Normalize: ({ x }, { axis }: Axis) => ops.l2Normalize(x!, axis),
});
