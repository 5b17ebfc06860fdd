import { CaptureError, DTypeError } from "../core/errors";
import { checkShape, type Shape, type Spec } from "../core/shape";
import type { CompileProgress } from "../gpu/pipelines";
import { feed, Tensor } from "../graph/tensor";

export interface CaptureOptions {
  /** Called as the step's pipelines get ready. */
  readonly onCompile?: CompileProgress;
  /** Default: as the engine. */
  readonly fuse?: boolean;
  /**
   * Products and convolutions in f16 with sums in f32, see {@link withAutocast}; parameters stay f32. On a device without
   * the feature shader-f16 the step runs in f32. Combine with an optimizer's `lossScale: "dynamic"`. Default false.
   */
  readonly autocast?: boolean;
  /**
   * Compute pointwise values (activations) again for gradients, instead of keeping them, where the planner finds that this
   * lowers the peak of memory by 5 % or more: a little slower. For whole blocks of a model see {@link recompute}. Default false.
   */
  readonly recompute?: boolean;
  /**
   * Look for NaN: the step runs without fusion and launch by launch, and `run` throws a DataError at the first op that makes
   * one, with the line that called it. Many times slower. Default false.
   */
  readonly debug?: boolean;
}

/** The feed of a captured step: a shape (f32), or a shape with its dtype. */
export type FeedSpec = Shape | Spec;

/** A feed of a captured step. @throws ShapeError, DTypeError */
export function makeFeed(name: string, spec: FeedSpec): Tensor {
  const full: Spec = "shape" in spec ? spec : { shape: spec, dtype: "f32" };
  checkShape(`feed ${name}`, full.shape);
  if (!["f32", "i32", "u32"].includes(full.dtype))
    throw new DTypeError(`feed ${name}`, `${full.dtype} is not fed`, {}, "feed f32, i32 or u32, and cast it");
  return feed(name, full);
}

/** @throws CaptureError unless the step's function gave tensors by name, at once */
export function checkOutputs(outputs: unknown): void {
  if (outputs instanceof Promise)
    throw new CaptureError(
      "capture",
      "the function is asynchronous",
      {},
      "compute what it waits for before the capture",
    );
  if (typeof outputs !== "object" || outputs === null || outputs instanceof Tensor)
    throw new CaptureError("capture", "the function gives no outputs by name", {}, "return { loss }, or {} for none");
  for (const [name, t] of Object.entries(outputs))
    if (!(t instanceof Tensor))
      throw new CaptureError("capture", `output ${name} is no tensor`, { given: `${typeof t}` });
}
