import searchSortedKernel from "../../shaders/search_sorted.wgsl";
import { computeType } from "../core/dtype";
import { DTypeError, ShapeError } from "../core/errors";
import { showSpec } from "../core/shape";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

export interface SearchSortedOptions {
  /** Of numbers equal to a value: after them, instead of before. Default false. */
  readonly right?: boolean;
}

/**
 * The place of each value in ascending numbers: how many of them are below it, or with `right`, not above it. Of borders of bins it
 * gives the bin. With u uniform in [0, 1) and the cumulative sum of n probabilities, `cumsum(p).searchSorted(u, { right: true })`
 * draws from them, each draw at the cost of log n steps (`categorical` takes n); rounding of the sum's end may give n: clamp it.
 *
 * @param sorted f32, i32 or u32 [N], ascending; or [.., N], a row for each row of values. What numbers that do not ascend give is undefined, and
 *   so is the place of a NaN
 * @param values same dtype, any shape; with several rows [.., M]
 * @returns i32 of the shape of `values`, in 0 … N. No gradient flows
 * @throws ShapeError where there is no row of `sorted` for each row of values; DTypeError
 */
export function searchSorted(sorted: Tensor, values: Tensor, options: SearchSortedOptions = {}): Tensor {
  const { right = false } = optionsOf("searchSorted", options, "right");
  return record(op, [sorted, values], { right: !!right });
}

export const op: KernelOp<Required<SearchSortedOptions>> = {
  kind: "kernel",
  name: "searchSorted",
  infer([sorted, values]) {
    checkDTypes("searchSorted", [sorted!, values!], ["f32", "i32", "u32"]);
    const operands = { sorted: showSpec(sorted!), values: showSpec(values!) };
    if (computeType(sorted!.dtype) !== computeType(values!.dtype))
      throw new DTypeError("searchSorted", "dtypes differ", operands, "cast one");
    const [a, b] = [sorted!.shape, values!.shape];
    const fits = a.length === 1 || (a.length > 1 && a.slice(0, -1).join() === b.slice(0, -1).join());
    if (!fits || (a.length > 1 && a.length !== b.length))
      throw new ShapeError("searchSorted", "wants one row of sorted numbers, or one for each row of values", operands);
    return [{ shape: b, dtype: "i32" }];
  },
  lower([sorted, values], [out], { right }) {
    const n = sorted!.shape.at(-1)!;
    const len = values!.size;
    return [
      searchSortedKernel.dispatch({
        buffers: { sorted: sorted!, values: values!, out: out! },
        params: { len, n },
        constants: { RIGHT: right ? 1 : 0, M: (len * n) / sorted!.size },
        grid: len,
        dtype: sorted!.dtype,
        flops: len * Math.ceil(Math.log2(n + 1)),
      }),
    ];
  },
  vjp: () => [null, null],
};
