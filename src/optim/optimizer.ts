import clipScale from "../../shaders/clip_scale.wgsl";
import squareSum from "../../shaders/square_sum.wgsl";
import { CaptureError } from "../core/errors";
import { Arena } from "../graph/arena";
import { scratch, state, type Tensor } from "../graph/tensor";
import { recordUpdate } from "../graph/trace";
import type { Dispatch } from "../kernel/kernel";
import { partialGradients } from "./gradients";

export interface OptimizerOptions {
  /** Learning rate. It is state: `engine.write(optimizer.lr, …)` changes it between steps. */
  readonly lr: number;
  /** Added to the gradient as `weightDecay · p` (L2 penalty); default 0. */
  readonly weightDecay?: number;
  /** Scales all gradients down so that their global norm is at most this; default no limit. */
  readonly clipNorm?: number;
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

/**
 * Moves parameters along their gradients. All parameters lie in one arena, so a step is one dispatch whatever their
 * number (plus two for clipping).
 */
export abstract class Optimizer {
  /** Learning rate, f32[1]. */
  readonly lr: Tensor;
  /** Scale applied to all gradients and, with `clipNorm`, their global norm before clipping: f32[2]. */
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
    this.gradientScale = state("gradient_scale", { shape: [2], dtype: "f32" }, () => Float32Array.of(1, 0));
  }

  /**
   * Records one step on the loss with whatever is being captured: the gradients now, the update after all compute.
   * @throws CaptureError where the loss does not depend on a parameter
   */
  step(loss: Tensor): void {
    const grads = partialGradients(loss, this.parameters);
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
      lower: () => [...this.#clip(), ...this.dispatches(this.#bindings())],
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

  #clip(): Dispatch[] {
    const { clipNorm } = this.options;
    if (clipNorm === undefined) return [];
    const partial = scratch({ shape: [NORM_PARTS], dtype: "f32" });
    return [
      squareSum.dispatch({
        buffers: { x: this.gradients, partial },
        params: { len: this.vectors, parts: NORM_PARTS },
        grid: [NORM_PARTS],
        flops: 2 * this.arena.length,
      }),
      clipScale.dispatch({
        buffers: { partial, out: this.gradientScale },
        params: { parts: NORM_PARTS, max_norm: clipNorm },
        grid: [1],
      }),
    ];
  }
}
