import { rowMajorStrides } from "../../src/core/shape";
import { concat } from "../../src/ops/concat";
import { scatterAdd } from "../../src/ops/scatterAdd";
import { slice } from "../../src/ops/slice";
import { tile } from "../../src/ops/tile";
import { opCase } from "./opCase";
import { element, indices } from "./reference";

export default opCase<{ axis: number; often?: number }>({
  samples: [
    {
      inputs: [[3, 5], { shape: [3, 4], dtype: "i32", values: [0, 4, 2, 2, 3, 1, 3, 3, 0, 0, 0, 0] }, [3, 4]],
      attrs: { axis: 1 },
    },
    {
      inputs: [[20, 64], { shape: [80, 64], dtype: "i32", range: [-1, 21] }, [80, 64]],
      attrs: { axis: 0 },
      note: "columns by four",
      vjp: false,
    },
    {
      inputs: [[64, 52], { shape: [64, 36], dtype: "i32", range: [-1, 53] }, [64, 36]],
      attrs: { axis: 1 },
      note: "rows by four",
      vjp: false,
    },
    { inputs: [[1], { shape: [1], dtype: "u32", values: [0] }, [1]], attrs: { axis: 0 } },
    {
      inputs: [[4, 3, 5], { shape: [6, 2, 3], dtype: "i32", range: [-1, 5] }, [7, 2, 4]],
      attrs: { axis: 0 },
      note: "a smaller index, some beyond",
    },
    {
      inputs: [[50, 7], { shape: [300, 7], dtype: "i32", range: [-2, 52] }, [300, 7]],
      attrs: { axis: 0 },
      note: "sorted, three columns a run",
      vjp: false,
    },
    {
      inputs: [[50, 3], { shape: [2100, 3], dtype: "i32", range: [-2, 52] }, [2100, 3]],
      attrs: { axis: 0 },
      note: "sorted, three runs a column",
      vjp: false,
    },
    {
      inputs: [[8, 30, 9], { shape: [8, 40, 9], dtype: "i32", range: [-2, 32] }, [8, 40, 9]],
      attrs: { axis: 1 },
      note: "many columns",
      vjp: false,
    },
    {
      inputs: [[2, 50, 3], { shape: [2, 300, 3], dtype: "i32", range: [-2, 52] }, [2, 300, 3]],
      attrs: { axis: 1 },
      note: "few columns of two tables",
      vjp: false,
    },
    {
      inputs: [[1500], { shape: [1000], dtype: "i32", range: [0, 1500] }, [1100]],
      attrs: { axis: 0, often: 100 },
      note: "a long row among short ones",
      vjp: false,
    },
    {
      inputs: [[40], { shape: [33000], dtype: "i32", range: [0, 40] }, [33000]],
      attrs: { axis: 0 },
      note: "merged twice",
      vjp: false,
    },
  ],
  tolerance: 1e-4,
  // The first index as often as is said, then the others.
  build: ([x, index, source], { axis, often }) =>
    scatterAdd(x!, axis, often ? concat([tile(slice(index!, 0, 0, 1), often), index!]) : index!, source!),
  reference([x, given, source], { axis, often = 0 }) {
    const repeated = [...Array<number>(often).fill(given!.data[0]!), ...given!.data];
    const index = { shape: often ? [repeated.length] : given!.shape, data: Float64Array.from(repeated) };
    const data = Float64Array.from(x!.data);
    const strides = rowMajorStrides(x!.shape);
    for (const at of indices(index.shape)) {
      const i = element(index, at);
      if (i < 0 || i >= x!.shape[axis]!) continue;
      const to = at.with(axis, i).reduce((n, j, d) => n + j * strides[d]!, 0);
      data[to]! += element(source!, at);
    }
    return { shape: x!.shape, data };
  },
});
