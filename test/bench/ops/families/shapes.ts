import * as wgrad from "../../../../src/index";
import { M, type OpEntries, PICTURES, ROWS } from "../entry";

// Views cost nothing by themselves: what is measured is a kernel that reads through them, or the copy that an output is.
export const entries: OpEntries = {
  concat: [
    {
      name: "columns",
      inputs: [
        [4096, 512],
        [4096, 512],
      ],
      build: (a, b) => wgrad.concat([a!, b!], 1),
    },
    {
      name: "odd columns",
      inputs: [
        [4096, 511],
        [4096, 513],
      ],
      build: (a, b) => wgrad.concat([a!, b!], 1),
    },
    {
      name: "channels",
      inputs: [
        [64, 32, 32, 32],
        [64, 32, 32, 32],
      ],
      build: (a, b) => wgrad.concat([a!, b!], 1),
    },
    {
      name: "eight rows",
      inputs: Array.from({ length: 8 }, () => [512, 1024]),
      build: (...parts) => wgrad.concat(parts, 0),
    },
  ],
  detach: { inputs: [ROWS], build: (x) => wgrad.neg(wgrad.detach(x!)) },
  expand: { inputs: [[1024]], build: (x) => wgrad.expand(x!, [4096, 1024]) },
  flip: [
    { name: "columns", inputs: [ROWS], build: (x) => wgrad.flip(x!, 1) },
    { name: "rows", inputs: [ROWS], build: (x) => wgrad.flip(x!, 0) },
  ],
  pad: [
    { name: "pictures", inputs: [PICTURES], build: (x) => wgrad.pad(x!, [1, 1, 1, 1]) },
    { name: "rows", inputs: [ROWS], build: (x) => wgrad.pad(x!, [0, 0, 4, 4]) },
    { name: "reflect", inputs: [PICTURES], build: (x) => wgrad.pad(x!, [2, 2, 2, 2], { mode: "reflect" }) },
    { name: "replicate", inputs: [PICTURES], build: (x) => wgrad.pad(x!, [2, 2, 2, 2], { mode: "replicate" }) },
    { name: "circular", inputs: [PICTURES], build: (x) => wgrad.pad(x!, [2, 2, 2, 2], { mode: "circular" }) },
  ],
  permute: [
    { name: "NCHW to NHWC", inputs: [PICTURES], build: (x) => wgrad.permute(x!, [0, 2, 3, 1]) },
    { name: "heads", inputs: [[32, 128, 16, 64]], build: (x) => wgrad.permute(x!, [0, 2, 1, 3]) },
  ],
  reshape: { inputs: [ROWS], build: (x) => wgrad.neg(wgrad.reshape(x!, [4 * M])) },
  roll: [
    { name: "columns", inputs: [ROWS], build: (x) => wgrad.roll(x!, 3, 1) },
    { name: "rows", inputs: [ROWS], build: (x) => wgrad.roll(x!, 3, 0) },
  ],
  slice: [
    { name: "columns", inputs: [[4096, 2048]], build: (x) => wgrad.slice(x!, 1, 512, 1536), reads: 16 * M },
    { name: "odd columns", inputs: [[4096, 1027]], build: (x) => wgrad.slice(x!, 1, 1, 1025), reads: 16 * M },
    { name: "every second", inputs: [[4096, 2048]], build: (x) => wgrad.slice(x!, 1, 0, 2048, 2), reads: 32 * M },
  ],
  split: {
    inputs: [ROWS],
    build(x) {
      const [a, b] = wgrad.split(x!, 512, 1);
      return wgrad.mul(a!, b!);
    },
  },
  squeeze: { inputs: [[4096, 1, 1024]], build: (x) => wgrad.neg(wgrad.squeeze(x!, 1)) },
  stack: {
    inputs: [
      [4096, 512],
      [4096, 512],
    ],
    build: (a, b) => wgrad.stack([a!, b!], 1),
  },
  tile: [
    { name: "columns", inputs: [[4096, 256]], build: (x) => wgrad.tile(x!, [1, 4]) },
    { name: "rows", inputs: [[1024, 1024]], build: (x) => wgrad.tile(x!, [4, 1]) },
  ],
  transpose: [
    { inputs: [[2048, 2048]], build: (x) => wgrad.transpose(x!) },
    { name: "odd", inputs: [[2047, 2049]], build: (x) => wgrad.transpose(x!) },
  ],
  tril: { inputs: [[2048, 2048]], build: (x) => wgrad.tril(x!) },
  triu: { inputs: [[2048, 2048]], build: (x) => wgrad.triu(x!) },
  unsqueeze: { inputs: [ROWS], build: (x) => wgrad.neg(wgrad.unsqueeze(x!, 1)) },
};
