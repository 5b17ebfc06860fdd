import * as wgrad from "../../../../src/index";
import { LARGE, type OpEntries } from "../entry";

const THREEFRY = "arithmetic: Threefry, ~40 integer operations an element";

export const entries: OpEntries = {
  bernoulli: { inputs: [], build: () => wgrad.bernoulli(0.3, { shape: [LARGE] }), note: THREEFRY },
  dropout: { inputs: [[LARGE]], build: (x) => wgrad.dropout(x!, 0.1), note: THREEFRY },
  normal: { inputs: [], build: () => wgrad.normal([LARGE]), note: `${THREEFRY}; logarithm, root, sine and cosine` },
  randint: { inputs: [], build: () => wgrad.randint(0, 99, [LARGE]), note: THREEFRY },
  randomPlacement: {
    inputs: [],
    build: () => wgrad.randomPlacement(LARGE / 8, [32, 32], { shift: 2, flip: 0.5, rotate: 10 }),
    note: `${THREEFRY}; sine and cosine an example`,
  },
  symmetricBeta: {
    inputs: [],
    build: () => wgrad.symmetricBeta([LARGE], { alpha: 0.3 }),
    note: `${THREEFRY}; four logarithms, three exponentials, a root and a cosine`,
  },
  truncatedNormal: {
    inputs: [],
    build: () => wgrad.truncatedNormal([LARGE]),
    note: `${THREEFRY}; an inverse error function`,
  },
  uniform: { inputs: [], build: () => wgrad.uniform([LARGE]), note: THREEFRY },
};
