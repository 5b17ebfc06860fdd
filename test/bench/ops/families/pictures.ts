import type { Tensor } from "../../../../src/index";
import * as wgrad from "../../../../src/index";
import { M, type OpEntries, type OpEntry, type OpInput, PICTURES } from "../entry";

const onPictures = (build: (x: Tensor) => Tensor, name?: string, input: OpInput = PICTURES): OpEntry => ({
  inputs: [input],
  build: (x) => build(x!),
  ...(name && { name }),
});

const OVERLAPPING = "bins overlap: a fifth of the rows is read twice";

const SEQUENCES: OpInput = [64, 64, 1024];

/** What a convolution of pictures costs by its output. */
const flopsOf = (out: readonly number[], perOutput: number) => 2 * out.reduce((a, b) => a * b, perOutput);

export const entries: OpEntries = {
  adaptiveAvgPool2d: [
    { ...onPictures((x) => wgrad.adaptiveAvgPool2d(x, 7), "7 × 7"), note: OVERLAPPING },
    onPictures((x) => wgrad.adaptiveAvgPool2d(x, 1), "1 × 1"),
  ],
  adaptiveMaxPool2d: { ...onPictures((x) => wgrad.adaptiveMaxPool2d(x, 7), "7 × 7"), note: OVERLAPPING },
  avgPool1d: onPictures((x) => wgrad.avgPool1d(x, 2), undefined, SEQUENCES),
  avgPool2d: [
    onPictures((x) => wgrad.avgPool2d(x, 2), "2 × 2"),
    onPictures((x) => wgrad.avgPool2d(x, 3, { stride: 2, padding: 1 }), "3 × 3 by 2"),
  ],
  conv1d: {
    inputs: [[16, 64, 512], [64, 64, 3], [64]],
    build: (x, w, b) => wgrad.conv1d(x!, w!, b!, { padding: 1 }),
    flops: flopsOf([16, 64, 512], 64 * 3),
  },
  conv2d: [
    {
      inputs: [[16, 32, 32, 32], [64, 32, 3, 3], [64]],
      build: (x, w, b) => wgrad.conv2d(x!, w!, b!, { padding: 1 }),
      flops: flopsOf([16, 64, 32, 32], 32 * 9),
    },
    {
      name: "depthwise",
      inputs: [PICTURES, [64, 1, 3, 3], [64]],
      build: (x, w, b) => wgrad.conv2d(x!, w!, b!, { padding: 1, groups: 64 }),
      note: "9 multiplications an element",
    },
  ],
  convTranspose1d: {
    inputs: [[16, 64, 256], [64, 64, 4], [64]],
    build: (x, w, b) => wgrad.convTranspose1d(x!, w!, b!, { stride: 2, padding: 1 }),
    flops: flopsOf([16, 64, 256], 64 * 4),
  },
  convTranspose2d: {
    inputs: [[16, 64, 16, 16], [64, 32, 4, 4], [32]],
    build: (x, w, b) => wgrad.convTranspose2d(x!, w!, b!, { stride: 2, padding: 1 }),
    flops: flopsOf([16, 64, 16, 16], 32 * 16),
  },
  globalAvgPool2d: onPictures((x) => wgrad.globalAvgPool2d(x)),
  globalMaxPool2d: onPictures((x) => wgrad.globalMaxPool2d(x)),
  maxPool1d: onPictures((x) => wgrad.maxPool1d(x, 2), undefined, SEQUENCES),
  maxPool2d: [
    onPictures((x) => wgrad.maxPool2d(x, 2), "2 × 2"),
    onPictures((x) => wgrad.maxPool2d(x, 3, { stride: 2, padding: 1 }), "3 × 3 by 2"),
  ],
  upsample2d: [
    onPictures((x) => wgrad.upsample2d(x, { scale: 2 }), "nearest", [64, 64, 16, 16]),
    onPictures((x) => wgrad.upsample2d(x, { scale: 2, mode: "bilinear" }), "bilinear", [64, 64, 16, 16]),
  ],
  warp: [
    {
      name: "moved",
      inputs: [PICTURES],
      build: (x) => wgrad.warp(x!, wgrad.randomPlacement(64, [32, 32], { shift: 2, flip: 0.5 }), { mode: "nearest" }),
    },
    {
      name: "turned",
      inputs: [PICTURES],
      build: (x) => wgrad.warp(x!, wgrad.randomPlacement(64, [32, 32], { rotate: 10, scale: [0.9, 1.1] })),
      note: "four elements read for each written",
    },
  ],
  takeBytes: {
    inputs: [
      { shape: [M], dtype: "u32", range: [0, 2 ** 31] },
      { shape: [4096], dtype: "u32", range: [0, 4096] },
    ],
    build: (table, rows) => wgrad.takeBytes(table!, rows!, { rows: 4096, shape: [1, 1024], mean: 0.5, std: 0.5 }),
  },
};
