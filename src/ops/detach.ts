import { record, type ViewOp } from "../graph/op";
import type { Tensor } from "../graph/tensor";

/**
 * x as it is, with no gradient flowing back through it: TensorFlow's and JAX's stop-gradient. For targets that are computed
 * by the network itself (Q-learning, YOLO's objectness, codebooks of a VQ-VAE); `x + detach(round(x) − x)` is rounded, with
 * the gradient of x (straight-through).
 * @param x any dtype
 */
export const detach = (x: Tensor): Tensor => record(op, [x], {});

export const op: ViewOp = {
  kind: "view",
  name: "detach",
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  view: (input) => input,
  vjp: () => [null],
};
