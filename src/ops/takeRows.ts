import { bitsOf } from "../core/dtype";
import { ShapeError } from "../core/errors";
import { showSpec } from "../core/shape";
import { gatherDispatch, NO_SKIP } from "../families/segments";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { checkValue } from "./full";

export interface TakeRowsOptions {
  /** Value of rows whose index is R or more; default 0. */
  readonly missing?: number;
}

/**
 * Rows of a table of data: `out[i, …] = table[indices[i], …]`. No gradient flows; see `embedding` for a table that is learnt.
 * @param table [R, …], any dtype
 * @param indices u32[n]
 * @returns [n, …]
 * @throws ShapeError unless indices have one dimension and the table at least one; DTypeError where indices are not u32, or an
 * integer dtype cannot hold `missing`
 */
export function takeRows(table: Tensor, indices: Tensor, options: TakeRowsOptions = {}): Tensor {
  const { missing = 0 } = optionsOf("takeRows", options, "missing");
  checkValue("takeRows", missing, table.dtype);
  return record(op, [table, indices], { missing });
}

export const op: KernelOp<Required<TakeRowsOptions>> = {
  kind: "kernel",
  name: "takeRows",
  infer([table, indices]) {
    checkDTypes("takeRows", [indices!], ["u32"]);
    if (!table!.shape.length || indices!.shape.length !== 1)
      throw new ShapeError("takeRows", "table must have a dimension of rows, and indices one dimension", {
        table: showSpec(table!),
        indices: showSpec(indices!),
      });
    return [{ shape: [indices!.shape[0]!, ...table!.shape.slice(1)], dtype: table!.dtype }];
  },
  lower([table, indices], [out], { missing }, target) {
    const [n, m] = [table!.shape[0]!, indices!.size];
    const dims = { batch: 1, outer: 1, n, m, inner: 1, width: out!.size / m, skip: NO_SKIP };
    return [gatherDispatch(table!, indices!, out!, dims, target, bitsOf(out!.dtype, missing))];
  },
  vjp: () => [null, null],
};
