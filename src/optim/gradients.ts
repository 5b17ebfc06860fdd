import { gradients as accumulate } from "../graph/autograd";
import type { Tensor } from "../graph/tensor";
import { add } from "../ops/add";
import { full } from "../ops/full";
import { sumTo } from "../ops/sum";

/**
 * Gradients of `Σ out · seed` with respect to each of `wrt`. They are recorded as ops and can be differentiated again.
 *
 * @param out f32; one element unless a `seed` is given
 * @param wrt tensors that `out` may depend on
 * @param seed gradient that flows into `out`, of its shape; default 1
 * @returns one for each of `wrt`, of its shape; zeros where `out` does not depend on it
 * @throws CaptureError where `out` has several elements and no seed; ShapeError where the seed does not fit, or `wrt` is no list;
 *   DTypeError where `out` or the seed holds integers
 */
export const gradients = (out: Tensor, wrt: readonly Tensor[], seed?: Tensor): Tensor[] =>
  partialGradients(out, wrt, seed).map((g, i) => g ?? full(wrt[i]!.shape, 0));

/** {@link gradients}, but null where `out` does not depend on the tensor. */
export const partialGradients = (out: Tensor, wrt: readonly Tensor[], seed?: Tensor): (Tensor | null)[] =>
  accumulate(out, wrt, { add, sumTo, onesLike: (x) => full(x.shape, 1) }, seed);
