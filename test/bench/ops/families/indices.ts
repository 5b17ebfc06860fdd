import * as wgrad from "../../../../src/index";
import { batchIndices } from "../../../../src/ops/batchIndices";
import { integers, LARGE, M, type OpEntries, ROWS } from "../entry";

const SORTING = "comparisons: n log n of them";
const SCATTERED = "random access: a line of a cache for each number";
const SORTED = "random access by rows; the gradient sorts the indices first";
const state = integers([2], 99, "u32");

export const entries: OpEntries = {
  argSort: { inputs: [ROWS], build: (x) => wgrad.argSort(x!), note: SORTING },
  batchIndices: {
    inputs: [state],
    build: (position) => batchIndices(position!, { count: 60000, batch: 256, batches: 234, shuffle: true }),
    note: "256 numbers: the cost of a launch",
  },
  embedding: [
    {
      inputs: [[8192, 128], integers([32768], 8192)],
      build: (weight, indices) => wgrad.embedding(weight!, indices!),
      note: SORTED,
    },
    {
      name: "few indices",
      inputs: [[8192, 128], integers([2048], 8192)],
      build: (weight, indices) => wgrad.embedding(weight!, indices!),
      reads: 2048 * 129 * 4,
      note: SORTED,
    },
  ],
  gather: [
    { name: "rows", inputs: [ROWS, integers(ROWS, 1024)], build: (x, index) => wgrad.gather(x!, 1, index!) },
    {
      name: "columns",
      inputs: [ROWS, integers(ROWS, 4096)],
      build: (x, index) => wgrad.gather(x!, 0, index!),
      note: SCATTERED,
    },
  ],
  indexSelect: [
    { name: "rows", inputs: [ROWS, integers([4096], 4096)], build: (x, index) => wgrad.indexSelect(x!, 0, index!) },
    {
      name: "columns",
      inputs: [ROWS, integers([1024], 1024)],
      build: (x, index) => wgrad.indexSelect(x!, 1, index!),
      note: "each number is read by itself, at a place that an index names",
    },
  ],
  scatterAdd: {
    inputs: [[1024, 128], integers([8192, 128], 1024), [8192, 128]],
    build: (x, index, source) => wgrad.scatterAdd(x!, 0, index!, source!),
    note: SCATTERED,
  },
  searchSorted: {
    inputs: [[M]],
    build: (values) => wgrad.searchSorted(wgrad.linspace(-2, 2, 4096), values!),
    gradients: [],
    note: "12 reads of one table for each number",
  },
  sort: [
    { name: "rows", inputs: [ROWS], build: (x) => wgrad.sort(x!).values, note: SORTING },
    { name: "all of 1M", inputs: [[M]], build: (x) => wgrad.sort(x!).values, note: SORTING },
  ],
  takeRows: {
    inputs: [ROWS, integers([4096], 4096, "u32")],
    build: (table, rows) => wgrad.takeRows(table!, rows!),
    gradients: [],
  },
  takeWindows: {
    inputs: [integers([M], 90), state],
    build(tokens, position) {
      const order = { windows: M - 129, stride: 1, phases: 1 };
      const { ids, labels } = wgrad.takeWindows(tokens!, position!, { batch: 64, length: 128, batches: 99, order });
      return [ids, labels];
    },
    reads: 64 * 129 * 4,
    note: "8,192 tokens: the cost of a launch",
  },
  topK: {
    inputs: [ROWS],
    build(x) {
      const { values, indices } = wgrad.topK(x!, 8);
      return [values, indices];
    },
    note: "comparisons: 8 kept of each row",
  },
  sampleTokens: {
    inputs: [{ shape: [64, 32768], range: [-4, 4] }],
    build: (logits) => wgrad.sampleTokens(logits!, { topK: 40, topP: 0.9 }),
    note: "two looks at each row, and many barriers",
  },
  categorical: {
    inputs: [ROWS],
    build: (logits) => wgrad.categorical(logits!),
    note: "arithmetic: Threefry (~40 integer operations an element) and two logarithms",
  },
  permutation: { inputs: [], build: () => wgrad.permutation(LARGE), note: "arithmetic: a cipher of several rounds" },
};
