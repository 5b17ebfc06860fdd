import * as ops from "../../src/index";
import { describeGoldens } from "./goldens";

interface Axis {
  readonly axis: number;
}

interface Axes {
  readonly axes: number[];
  readonly keepDims?: boolean;
}

await describeGoldens("indexing", {
  pad: ({ x }, { padding, ...options }: ops.PadOptions & { padding: number[] }) => ops.pad(x!, padding, options),
  gather: ({ x, index }, { axis }: Axis) => ops.gather(x!, axis, index!),
  scatterAdd: ({ x, index, source }, { axis }: Axis) => ops.scatterAdd(x!, axis, index!, source!),
  indexSelect: ({ x, indices }, { axis }: Axis) => ops.indexSelect(x!, axis, indices!),
  embedding: ({ weight, indices }, options: ops.EmbeddingOptions) => ops.embedding(weight!, indices!, options),
  tril: ({ x }, { diagonal }: { diagonal: number }) => ops.tril(x!, diagonal),
  triu: ({ x }, { diagonal }: { diagonal: number }) => ops.triu(x!, diagonal),
  flip: ({ x }, { axes }: Axes) => ops.flip(x!, axes),
  roll: ({ x }, { shifts, axes }: { shifts: number[]; axes: number[] }) => ops.roll(x!, shifts, axes),
  tile: ({ x }, { repeats }: { repeats: number[] }) => ops.tile(x!, repeats),
  permute: ({ x }, { axes }: Axes) => ops.permute(x!, axes),
  expand: ({ x }, { shape }: { shape: number[] }) => ops.expand(x!, shape),
  split: ({ x }, { sizes, axis }: Axis & { sizes: number[] }) => ops.split(x!, sizes, axis),
  chunk: ({ x }, { chunks, axis }: Axis & { chunks: number }) => ops.chunk(x!, chunks, axis),
  stack: ({ a, b }, { axis }: Axis) => ops.stack([a!, b!], axis),
  concat: ({ a, b }, { axis }: Axis) => ops.concat([a!, b!], axis),
  sum: ({ x }, { axes }: Axes) => ops.sum(x!, axes),
  mean: ({ x }, { axes, ...options }: Axes) => ops.mean(x!, axes, options),
  max: ({ x }, { axes }: Axes) => ops.max(x!, axes),
  matmul: ({ a, b }, options: object) => ops.matmul(a!, b!, options),
  dot: ({ a, b }) => ops.dot(a!, b!),
  outer: ({ a, b }) => ops.outer(a!, b!),
  einsum: ({ a, b }, { equation }: { equation: string }) => ops.einsum(equation, a!, b!),
});
