import takeWindowsKernel from "../../shaders/take_windows.wgsl";
import { ShapeError } from "../core/errors";
import { checkWhole, showSpec } from "../core/shape";
import { checkDTypes, type KernelOp, recordAll } from "../graph/op";
import { checkOption, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

/** Windows in order: row n of batch b starts at `n · rowStep + b · batchStep`. */
export interface WindowsInOrder {
  readonly rowStep: number;
  readonly batchStep: number;
  /** Labels of a row, over all batches; default as many as there are in the stream. */
  readonly rowLength?: number;
}

/** Windows at `phase + w · stride`, w < windows; each epoch has another order, and another phase below `phases`. */
export interface WindowsShuffled {
  readonly windows: number;
  readonly stride: number;
  readonly phases: number;
}

export interface TakeWindowsOptions {
  /** Windows of a batch, N. */
  readonly batch: number;
  /** Tokens of a window, T. */
  readonly length: number;
  /** Batches of an epoch. */
  readonly batches: number;
  /** Which windows make up a batch. */
  readonly order: WindowsInOrder | WindowsShuffled;
  /** The outputs are [T, N] instead of [N, T]; default false. */
  readonly timeFirst?: boolean;
}

export interface TakenWindows {
  /** i32 [N, T] or [T, N]; 0 where there is no label. */
  readonly ids: Tensor;
  /** i32, the same shape: the token after each id; −1 beyond the row or the stream. */
  readonly labels: Tensor;
  /** u32 [1]: 1 in the first batch of an epoch, else 0. */
  readonly restart: Tensor;
}

/**
 * A batch of windows of a token stream, chosen on the GPU. The label of each token is the one after it.
 * @param tokens i32 [count]
 * @param position u32 [2]: seed and number of the batch since the first epoch began
 * @throws ShapeError, DTypeError
 */
export function takeWindows(tokens: Tensor, position: Tensor, options: TakeWindowsOptions): TakenWindows {
  const { order } = optionsOf("takeWindows", options, "batch length batches order timeFirst");
  checkOption(
    "takeWindows",
    "order",
    order,
    typeof order === "object" && order !== null,
    "steps, or windows to shuffle",
  );
  const [ids, labels, restart] = recordAll(op, [tokens, position], options);
  return { ids: ids!, labels: labels!, restart: restart! };
}

export const op: KernelOp<TakeWindowsOptions> = {
  kind: "kernel",
  name: "takeWindows",
  infer([tokens, position], { batch, length, batches, order, timeFirst = false }) {
    checkDTypes("takeWindows", [tokens!], ["i32"]);
    checkDTypes("takeWindows", [position!], ["u32"]);
    if (tokens!.shape.length !== 1 || String(position!.shape) !== "2")
      throw new ShapeError("takeWindows", "wants tokens i32[count] and position u32[2]", {
        tokens: showSpec(tokens!),
        position: showSpec(position!),
      });
    checkWhole("takeWindows", { batch, length, batches, ...("windows" in order ? order : {}) });
    if ("windows" in order && batch * batches > order.windows)
      throw new ShapeError("takeWindows", `${batches} batches of ${batch} windows`, { windows: String(order.windows) });
    const shape = timeFirst ? [length, batch] : [batch, length];
    return [
      { shape, dtype: "i32" },
      { shape, dtype: "i32" },
      { shape: [1], dtype: "u32" },
    ];
  },
  lower([tokens, position], [ids, labels, restart], { batch, length, batches, order, timeFirst = false }) {
    const { rowStep, batchStep, rowLength = 2 ** 32 - 1 } = "windows" in order ? NOT_IN_ORDER : order;
    const { windows, stride, phases } = "windows" in order ? order : NOT_SHUFFLED;
    const params = {
      ...{ len: ids!.size, batch, length, batches, time_first: Number(timeFirst), count: tokens!.size },
      ...{ row_step: rowStep, batch_step: batchStep, row_length: rowLength, windows, stride, phases },
    };
    const buffers = { tokens: tokens!, position: position!, ids: ids!, labels: labels!, restart: restart! };
    return [takeWindowsKernel.dispatch({ buffers, params, grid: ids!.size })];
  },
  vjp: () => [null, null],
};

const NOT_IN_ORDER: WindowsInOrder = { rowStep: 0, batchStep: 0 };
const NOT_SHUFFLED: WindowsShuffled = { windows: 0, stride: 0, phases: 0 };
