import batchIndicesKernel from "../../shaders/batch_indices.wgsl";
import { ShapeError } from "../core/errors";
import { type KernelOp, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";

export interface BatchIndicesAttrs {
  /** Rows of the data set. */
  readonly count: number;
  /** Rows of a batch. */
  readonly batch: number;
  /** Batches of an epoch. */
  readonly batches: number;
  readonly shuffle: boolean;
}

/** The index that stands for no row, for places behind the last row of an epoch. */
export const NO_ROW = 0xffffffff;

/**
 * The rows of one batch, chosen on the GPU.
 * @param position u32[2]: seed and number of the batch since the first epoch began
 * @returns u32[batch]; {@link NO_ROW} beyond the last row
 */
export const batchIndices = (position: Tensor, attrs: BatchIndicesAttrs): Tensor => record(op, [position], attrs);

export const op: KernelOp<BatchIndicesAttrs> = {
  kind: "kernel",
  name: "batchIndices",
  infer(_, { count, batch }) {
    if (!(count >= 1 && batch >= 1))
      throw new ShapeError("batchIndices", "an empty batch or data set", {
        count: String(count),
        batch: String(batch),
      });
    return [{ shape: [batch], dtype: "u32" }];
  },
  lower([state], [indices], { count, batch, batches, shuffle }) {
    const params = { count, batch, batches, shuffle: Number(shuffle) };
    return [batchIndicesKernel.dispatch({ buffers: { state: state!, indices: indices! }, params, grid: [batch] })];
  },
  vjp: () => [null],
};
