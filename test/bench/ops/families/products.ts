import * as wgrad from "../../../../src/index";
import type { OpEntries } from "../entry";

export const entries: OpEntries = {
  cdist: {
    inputs: [
      [1024, 128],
      [1024, 128],
    ],
    build: (a, b) => wgrad.cdist(a!, b!),
    flops: 2 * 1024 * 1024 * 128,
  },
  einsum: {
    inputs: [
      [16, 256, 64],
      [16, 256, 64],
    ],
    build: (a, b) => wgrad.einsum("bik,bjk->bij", a!, b!),
    flops: 2 * 16 * 256 * 256 * 64,
  },
  matmul: [
    {
      inputs: [
        [512, 512],
        [512, 512],
      ],
      build: (a, b) => wgrad.matmul(a!, b!),
      flops: 2 * 512 ** 3,
    },
    {
      name: "batches",
      inputs: [
        [32, 128, 128],
        [32, 128, 128],
      ],
      build: (a, b) => wgrad.matmul(a!, b!),
      flops: 64 * 128 ** 3,
    },
  ],
  outer: { inputs: [[2048], [2048]], build: (a, b) => wgrad.outer(a!, b!) },
};
