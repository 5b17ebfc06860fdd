import { ARRAYS, type Numbers, type WordType } from "../core/dtype";
import { CaptureError, DTypeError } from "../core/errors";
import { typeOf } from "../core/given";
import { checkShape, type Shape, type Spec, showSpec } from "../core/shape";
import type { CompileProgress } from "../gpu/pipelines";
import { checkLimits } from "../graph/limits";
import { topological } from "../graph/op";
import { feed, Tensor } from "../graph/tensor";
import type { Update } from "../graph/trace";
import { checkNumbers } from "./checkNumbers";

export interface CaptureOptions {
  /** Called each time that a pipeline of the step is ready. */
  readonly onCompile?: CompileProgress;
  /** Join chains of pointwise ops into one kernel; default the engine's option. */
  readonly fuse?: boolean;
  /** Compute a tiny step in as few launches as possible, and counters within others; default the engine's option. Not without `fuse`. */
  readonly join?: boolean;
  /**
   * Products, convolutions and attention read f16, and these and normalisations write it; sums are f32, and parameters stay
   * f32. Code within {@link fullPrecision} and depthwise convolutions stay f32. On a device without the feature shader-f16 the step runs
   * in f32; Chrome hides that feature on NVIDIA's cards under Linux, unless it is started with
   * `--enable-dawn-features=vulkan_enable_f16_on_nvidia`. Combine it with an optimizer's `lossScale: "dynamic"`. Default
   * false.
   */
  readonly autocast?: boolean;
  /**
   * Compute pointwise values (activations) again for gradients, instead of keeping them, if that lowers the peak of memory by 5 %
   * or more. It makes a step a little slower. For whole blocks of a model see {@link recompute}. Default false.
   */
  readonly recompute?: boolean;
  /**
   * Look for NaN: the step runs without fusion, launch by launch, and `run` throws a DataError that names the first op that makes
   * one, and the line that called it. Many times slower. Default false.
   */
  readonly debug?: boolean;
}

/** @throws CaptureError unless `capture` is given feeds by name, and a function */
export function checkCapture(inputs: unknown, fn: unknown): void {
  if (typeof inputs !== "object" || inputs === null)
    throw new CaptureError(
      "capture",
      `the feeds are ${kindOf(inputs)}`,
      {},
      "capture({}, () => …) where there are none",
    );
  if (typeof fn !== "function") throw new CaptureError("capture", `the step's function is ${kindOf(fn)}`);
}

/** The feed of a captured step: a shape (f32), or a shape with its dtype. */
export type FeedSpec = Shape | Spec;

/** Makes a feed. @throws CaptureError where `spec` is neither form, ShapeError, DTypeError */
export function makeFeed(name: string, spec: FeedSpec): Tensor {
  const isShape = (x: unknown): x is Shape => Array.isArray(x);
  const full: Spec = isShape(spec) ? { shape: spec, dtype: "f32" } : spec;
  if (!isShape(full?.shape))
    throw new CaptureError(
      `feed ${name}`,
      `the description is ${kindOf(spec)}`,
      { wants: "a shape, or a shape with its dtype" },
      `${name}: [8, 3], or ${name}: { shape: [8], dtype: "i32" }`,
    );
  checkShape(`feed ${name}`, full.shape);
  if (!["f32", "i32", "u32"].includes(full.dtype))
    throw new DTypeError(`feed ${name}`, `${full.dtype} is not fed`, {}, "feed f32, i32 or u32, and cast it");
  return feed(name, full);
}

/** @throws CaptureError unless the values have the feed's dtype and size; DataError on NaN, or an integer that an op does not take */
export function checkFeed(name: string, t: Tensor, values: Numbers): void {
  const op = `feed ${name}`;
  const Wanted = ARRAYS[t.dtype as WordType];
  const captured = showSpec(t);
  if (!(values instanceof Wanted)) {
    const numbers = (values as unknown) instanceof Tensor ? "await engine.read(tensor)" : "values";
    const from = Array.isArray(values) && Array.isArray(values[0]) ? "values.flat(Infinity)" : numbers;
    throw new CaptureError(op, `the values are ${kindOf(values)}`, { captured }, `${Wanted.name}.from(${from})`);
  }
  if (values.length !== t.size)
    throw new CaptureError(op, `${values.length} values`, { captured }, "capture another step for this shape");
  checkNumbers(op, values);
  if (t.leaf?.kind === "feed" && t.leaf.limits) checkLimits(op, values, t.leaf.limits);
}

/** @throws CaptureError where a step computes from a feed of another capture: it would read zeros */
export function checkFeeds(feeds: readonly Tensor[], outputs: readonly Tensor[], updates: readonly Update[]): void {
  const used = topological([...outputs, ...updates.flatMap((u) => u.reads)]);
  const foreign = used.find((t) => t.leaf?.kind === "feed" && !feeds.includes(t));
  if (foreign?.leaf?.kind === "feed")
    throw new CaptureError(
      "capture",
      "a feed of another capture has no value here",
      { [foreign.leaf.name]: showSpec(foreign) },
      "compute what depends on it within this capture, from a feed of its own",
    );
}

/** What a value is, in a few words. */
export function kindOf(value: unknown): string {
  if (value instanceof Tensor) return `a tensor ${showSpec(value)}`;
  if (Array.isArray(value)) return Array.isArray(value[0]) ? "nested rows" : "a plain array";
  return typeof value === "string" ? value : typeOf(value);
}

/** @throws CaptureError unless the step's function returned tensors by name, synchronously */
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
