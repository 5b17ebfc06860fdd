import takeBytesKernel from "../../shaders/take_bytes.wgsl";
import takeBytesByFour from "../../shaders/take_bytes_by_four.wgsl";
import { ShapeError } from "../core/errors";
import { numel, type Shape, showSpec } from "../core/shape";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { resultsEach } from "../kernel/target";

export interface TakeBytesOptions {
  /** Rows of the table. */
  readonly rows: number;
  /** Shape of one row; its elements are bytes. */
  readonly shape: Shape;
  /** Subtracted from byte/255. */
  readonly mean: number;
  /** Divides what is left. */
  readonly std: number;
}

/**
 * Rows of a table of bytes (pictures), normalised: `out = (byte/255 − mean) / std`. No gradient flows.
 * @param table u32[⌈rows · numel(shape) / 4⌉], four bytes to an element, little-endian
 * @param indices u32[n]; an index of `rows` or more gives zeros
 * @returns f32 [n, …shape]
 * @throws ShapeError unless indices have one dimension and the table holds `rows` rows; DTypeError
 */
export const takeBytes = (table: Tensor, indices: Tensor, options: TakeBytesOptions): Tensor =>
  record(op, [table, indices], optionsOf("takeBytes", options, "rows shape mean std"));

export const op: KernelOp<TakeBytesOptions> = {
  kind: "kernel",
  name: "takeBytes",
  infer([table, indices], { rows, shape }) {
    if (!(Number.isInteger(rows) && rows >= 1) || !Array.isArray(shape))
      throw new ShapeError("takeBytes", `rows ${rows} of shape ${shape}`, { wants: "rows of at least 1, and a list" });
    checkDTypes("takeBytes", [table!, indices!], ["u32"]);
    if (indices!.shape.length !== 1)
      throw new ShapeError("takeBytes", "indices must have one dimension", { indices: showSpec(indices!) });
    const wanted = Math.ceil((rows * numel(shape)) / 4);
    if (numel(table!.shape) < wanted)
      throw new ShapeError("takeBytes", `table of ${numel(table!.shape)} words`, {
        wants: `${wanted} for ${rows} rows`,
      });
    return [{ shape: [indices!.shape[0]!, ...shape], dtype: "f32" }];
  },
  lower([table, indices], [out], { rows, mean, std }, { cpu }) {
    const width = out!.size / indices!.size;
    const byFour = width % 4 === 0;
    const [len, WIDTH] = byFour ? [out!.size / 4, width / 4] : [out!.size, width];
    const each = byFour ? resultsEach(len, cpu) : 1;
    const params = { len, each, rows, scale: 1 / (255 * std), shift: -mean / std };
    const buffers = { table: table!, indices: indices!, out: out! };
    const kernel = byFour ? takeBytesByFour : takeBytesKernel;
    return [kernel.dispatch({ buffers, params, constants: { WIDTH }, grid: Math.ceil(len / each) })];
  },
  vjp: () => [null, null],
};
