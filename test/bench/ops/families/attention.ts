import * as wgrad from "../../../../src/index";
import { integers, type OpEntries } from "../entry";

const HEADS = [4, 8, 256, 32];

export const entries: OpEntries = {
  attendCached: {
    inputs: [[4, 1, 3 * 256], [4, 512, 2 * 256], integers([1], 501, "u32", 500)],
    build: (qkv, rows, position) => wgrad.attendCached(qkv!, { rows: rows!, position: position! }, { heads: 8 }),
    gradients: [],
    note: "three launches, two of them of a few numbers",
  },
  multiHeadAttention: {
    inputs: [[4, 256, 3 * 256]],
    build: (qkv) => wgrad.multiHeadAttention([qkv!], { heads: 8, causal: false }),
    flops: 4 * 4 * 8 * 256 * 256 * 32,
  },
  scaledDotProductAttention: [
    {
      inputs: [HEADS, HEADS, HEADS],
      build: (q, k, v) => wgrad.scaledDotProductAttention(q!, k!, v!),
      flops: 4 * 4 * 8 * 256 * 256 * 32,
    },
    {
      name: "causal",
      inputs: [HEADS, HEADS, HEADS],
      build: (q, k, v) => wgrad.scaledDotProductAttention(q!, k!, v!, { causal: true }),
      flops: 2 * 4 * 8 * 256 * 256 * 32,
    },
  ],
};
