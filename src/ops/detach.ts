import { record, type ViewOp } from "../graph/op";
import type { Tensor } from "../graph/tensor";

/**
 * x itself, but no gradient flows back through it (`stop_gradient` in TensorFlow and JAX). For targets that the network itself
 * computes (Q-learning, YOLO's objectness, codebooks of a VQ-VAE); and `x + detach(round(x) − x)` has the value of round(x)
 * with the gradient of x (the straight-through estimator).
 * @param x any dtype
 * @returns same shape and dtype
 */
export const detach = (x: Tensor): Tensor => record(op, [x], {});

export const op: ViewOp = {
  kind: "view",
  name: "detach",
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  view: (input) => input,
  vjp: () => [null],
};
