import { DTypeError, ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { widened } from "../graph/cast";
import { checkTensors } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { folded } from "../kernel/kernel";
import type { Target } from "../kernel/target";

/** Number of classes from which on a row is worth a workgroup, and the lanes of that. */
const LONG_ROW = 32;
const LANES = 64;

/**
 * The parameters of kernels that count over rows of scores with a label each.
 * @param wanted how many classes there must be; default any
 * @throws ShapeError, DTypeError in the name of `op`
 */
export function rowsOf(op: string, scores: Tensor, labels: Tensor, wanted?: number) {
  checkTensors(op, [scores, labels]);
  const logits = widened(scores);
  const [rows, classes] = logits.shape as [number, number];
  if (logits.shape.length !== 2 || (wanted ?? classes) !== classes || labels.size !== rows)
    throw new ShapeError(op, "logits and labels do not fit", {
      logits: `${showShape(logits.shape)}, wants [N, ${wanted ?? "C"}]`,
      labels: `${showShape(labels.shape)}, wants N labels`,
    });
  if (logits.dtype !== "f32") throw new DTypeError(op, `logits of dtype ${logits.dtype}`, { wants: "f32" });
  if (labels.dtype !== "i32") throw new DTypeError(op, `labels of dtype ${labels.dtype}`, { wants: "i32" });
  const [length, layers] = folded(rows);
  return {
    buffers: { logits, labels },
    params: { rows, classes },
    /** Of the kernel that gives a row to one invocation. */
    byInvocation: rows,
    /** Of the kernel that gives a row to a workgroup. */
    byWorkgroup: [length * LANES, layers] as const,
    isLong: ({ cpu }: Target) => !cpu && classes >= LONG_ROW,
  };
}
