import * as wgrad from "../../../../src/index";
import { LARGE, type OpEntries, type OpEntry, PICTURES, ROWS } from "../entry";

const EXP = "arithmetic: an exponential an element";
const TWICE = "the gradient reads x and what flows in twice: for its sums, and for dx";

const normalising = (channels: number, training: boolean): OpEntry => ({
  name: training ? "training" : "evaluation",
  inputs: [PICTURES, [channels], [channels], [channels], { shape: [channels], range: [0.5, 2] }],
  build: (x, weight, bias, runningMean, runningVar) =>
    wgrad.batchNorm(x!, weight!, bias!, { runningMean: runningMean!, runningVar: runningVar!, training }),
  gradients: [0, 1, 2],
  note: TWICE,
});

export const entries: OpEntries = {
  batchNorm: [normalising(64, true), normalising(64, false)],
  cumprod: { inputs: [{ shape: ROWS, range: [0.9, 1.1] }], build: (x) => wgrad.cumprod(x!, 1) },
  cumsum: [
    { name: "rows", inputs: [ROWS], build: (x) => wgrad.cumsum(x!, 1) },
    { name: "columns", inputs: [ROWS], build: (x) => wgrad.cumsum(x!, 0) },
    { name: "all", inputs: [[LARGE]], build: (x) => wgrad.cumsum(x!, 0) },
  ],
  groupNorm: {
    inputs: [PICTURES, [64], [64]],
    build: (x, weight, bias) => wgrad.groupNorm(x!, 8, { weight: weight!, bias: bias! }),
    note: TWICE,
  },
  instanceNorm: {
    inputs: [PICTURES, [64], [64]],
    build: (x, weight, bias) => wgrad.instanceNorm(x!, { weight: weight!, bias: bias! }),
    note: TWICE,
  },
  l2Normalize: { inputs: [ROWS], build: (x) => wgrad.l2Normalize(x!, 1), note: TWICE },
  layerNorm: [
    {
      inputs: [[8192, 512], [512], [512]],
      build: (x, weight, bias) => wgrad.layerNorm(x!, 512, { weight: weight!, bias: bias! }),
      note: TWICE,
    },
    {
      name: "short rows",
      inputs: [[65536, 64], [64], [64]],
      build: (x, weight, bias) => wgrad.layerNorm(x!, 64, { weight: weight!, bias: bias! }),
      note: TWICE,
    },
  ],
  logSoftmax: { inputs: [ROWS], build: (x) => wgrad.logSoftmax(x!), note: EXP },
  rmsNorm: {
    inputs: [[8192, 512], [512]],
    build: (x, weight) => wgrad.rmsNorm(x!, 512, { weight: weight! }),
    note: TWICE,
  },
  rotaryEmbedding: { inputs: [[16, 16, 256, 64]], build: (x) => wgrad.rotaryEmbedding(x!) },
  softmax: [
    { inputs: [ROWS], build: (x) => wgrad.softmax(x!), note: EXP },
    { name: "short rows", inputs: [[131072, 32]], build: (x) => wgrad.softmax(x!), note: EXP },
    { name: "columns", inputs: [ROWS], build: (x) => wgrad.softmax(x!, 0), note: EXP },
  ],
};
