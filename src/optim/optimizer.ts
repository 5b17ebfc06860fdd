import gradientScaleKernel from "../../shaders/gradient_scale.wgsl";
import squareSum from "../../shaders/square_sum.wgsl";
import { CaptureError } from "../core/errors";
import { Arena } from "../graph/arena";
import { scratch, state, type Tensor } from "../graph/tensor";
import { recordUpdate } from "../graph/trace";
import type { Dispatch } from "../kernel/kernel";
import { reshape } from "../ops/reshape";
import { slice } from "../ops/slice";
import { partialGradients } from "./gradients";

export interface OptimizerOptions {
  /** Learning rate. It is state: `engine.write(optimizer.lr, …)` changes it between steps. */
  readonly lr: number;
  /** Added to the gradient as `weightDecay · p` (L2 penalty); default 0. */
  readonly weightDecay?: number;
  /** Scales all gradients down so that their global norm is at most this; default no limit. */
  readonly clipNorm?: number;
  /** Leave out steps whose gradients hold a NaN or an infinity; they are counted. Default false, true with `lossScale`. */
  readonly skipNonFinite?: boolean;
  /**
   * Factor of the loss before the gradients are taken, and divided out of them after, so that small ones survive storage
   * in f16. A number stays; "dynamic" starts at 65536, is halved when a step overflows and doubled after 2000 that do not.
   * @see Micikevicius et al. 2018, "Mixed precision training"
   */
  readonly lossScale?: number | "dynamic";
}

/** What every optimizer's kernel binds. */
export interface Bindings {
  readonly gradients: Tensor;
  readonly lr: Tensor;
  /** One factor for all gradients. */
  readonly scale: Tensor;
  readonly parameters: Tensor;
}

/** Partial sums that a global norm is made of. */
const NORM_PARTS = 256;

/** First value of a dynamic loss scale, and steps without overflow after which it grows: PyTorch's. */
const FIRST_SCALE = 65536;
const GROWTH_INTERVAL = 2000;

/** Larger than any norm: no clipping. */
const NO_LIMIT = 3e38;

/**
 * Moves parameters along their gradients. All parameters lie in one arena, so a step is one dispatch whatever their
 * number (plus two for clipping).
 */
export abstract class Optimizer {
  /** Learning rate, f32[1]. */
  readonly lr: Tensor;
  /**
   * (factor of all gradients, their global norm before clipping, loss scale, steps skipped, steps since the loss scale
   * changed): f32[5]. The norm is there with `clipNorm`, `skipNonFinite` or `lossScale`. A factor of 0: step skipped.
   */
  readonly gradientScale: Tensor;
  readonly arena: Arena;
  readonly gradients: Tensor;

  constructor(
    readonly name: string,
    readonly parameters: readonly Tensor[],
    readonly options: OptimizerOptions,
  ) {
    if (!parameters.length) throw new CaptureError(name, "no parameters to optimize");
    this.arena = Arena.of(parameters);
    this.gradients = this.arena.buffer("gradients");
    this.lr = state("lr", { shape: [1], dtype: "f32" }, () => Float32Array.of(options.lr));
    const { lossScale = 1 } = options;
    const scale = lossScale === "dynamic" ? FIRST_SCALE : lossScale;
    if (!(scale > 0)) throw new CaptureError(name, `lossScale ${lossScale}`, {}, 'pass a number above 0, or "dynamic"');
    const first = () => Float32Array.of(1 / scale, 0, scale, 0, 0);
    this.gradientScale = state("gradient_scale", { shape: [5], dtype: "f32" }, first);
  }

  /**
   * Records one step on the loss with whatever is being captured: the gradients now, the update after all compute.
   * @throws CaptureError where the loss does not depend on a parameter
   */
  step(loss: Tensor): void {
    const { lossScale } = this.options;
    const seed = lossScale === undefined ? undefined : reshape(slice(this.gradientScale, 0, 2, 3), loss.shape);
    const grads = partialGradients(loss, this.parameters, seed);
    const missing = grads.flatMap((g, i) => (g ? [] : [i]));
    if (missing.length)
      throw new CaptureError(
        this.name,
        `the loss does not depend on parameter ${missing.join(", ")}`,
        {},
        "give the optimizer only the parameters that the loss uses",
      );
    const assigns = grads.map((from, i) => ({ from: from!, to: this.arena.range(this.gradients, i, `gradient ${i}`) }));
    recordUpdate({
      name: this.name,
      reads: grads as Tensor[],
      writes: [this.arena.parameters, this.gradientScale, ...this.states().map(([, t]) => t)],
      assigns,
      lower: () => [...this.#scale(), ...this.dispatches(this.#bindings())],
    });
  }

  /** The optimizer's own states under PyTorch's names; those of the arena's length have a part for each parameter. */
  abstract states(): [string, Tensor][];

  /** The launches of one update. */
  protected abstract dispatches(bindings: Bindings): Dispatch[];

  /** vec4s in the arena. */
  protected get vectors(): number {
    return this.arena.length / 4;
  }

  #bindings(): Bindings {
    const { gradients, lr, gradientScale: scale, arena } = this;
    return { gradients, lr, scale, parameters: arena.parameters };
  }

  #scale(): Dispatch[] {
    const { clipNorm, lossScale, skipNonFinite = lossScale !== undefined } = this.options;
    if (clipNorm === undefined && !skipNonFinite) return [];
    const partial = scratch({ shape: [NORM_PARTS], dtype: "f32" });
    return [
      squareSum.dispatch({
        buffers: { x: this.gradients, partial },
        params: { len: this.vectors, parts: NORM_PARTS },
        grid: [NORM_PARTS],
        flops: 2 * this.arena.length,
      }),
      gradientScaleKernel.dispatch({
        buffers: { partial, state: this.gradientScale },
        params: { parts: NORM_PARTS, max_norm: clipNorm ?? NO_LIMIT, interval: GROWTH_INTERVAL },
        constants: { SKIP: Number(skipNonFinite), DYNAMIC: Number(lossScale === "dynamic") },
        grid: [1],
      }),
    ];
  }
}
