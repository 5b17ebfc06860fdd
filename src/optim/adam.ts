import adamKernel from "../../shaders/adam.wgsl";
import adamStep from "../../shaders/adam_step.wgsl";
import { state, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { type Bindings, Optimizer, type OptimizerOptions } from "./optimizer";

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the averages of gradient and squared gradient; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second average; default 1e-8. */
  readonly eps?: number;
}

/**
 * Adam with bias correction, as PyTorch's; `weightDecay` is added to the gradient.
 * @see Kingma and Ba 2015, "Adam: a method for stochastic optimization", algorithm 1
 */
export class Adam extends Optimizer {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** (t, 1 − β₁ᵗ, 1 − β₂ᵗ), f32[3]. */
  readonly steps: Tensor;

  constructor(
    parameters: readonly Tensor[],
    override readonly options: AdamOptions,
    readonly decoupled = false,
  ) {
    super(decoupled ? "AdamW" : "Adam", parameters, options);
    this.mean = this.arena.buffer("exp_avg");
    this.variance = this.arena.buffer("exp_avg_sq");
    this.steps = state("step", { shape: [3], dtype: "f32" });
  }

  override states(): [string, Tensor][] {
    return [
      ["exp_avg", this.mean],
      ["exp_avg_sq", this.variance],
      ["step", this.steps],
    ];
  }

  protected override dispatches(bindings: Bindings): Dispatch[] {
    const { betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, weightDecay: weight_decay = 0 } = this.options;
    const rates = { beta1, beta2, rest1: 1 - beta1, rest2: 1 - beta2 };
    const len = this.vectors;
    const buffers = { ...bindings, state: this.steps, mean: this.mean, variance: this.variance };
    return [
      adamStep.dispatch({ buffers: { scale: bindings.scale, state: this.steps }, params: rates, grid: [1] }),
      adamKernel.dispatch({
        buffers,
        params: { len, ...rates, eps, weight_decay },
        constants: { DECOUPLED: Number(this.decoupled) },
        grid: len,
        flops: 60 * len,
      }),
    ];
  }
}

/**
 * Adam with decoupled weight decay, `p ← p − lr·weightDecay·p` apart from the gradient; default `weightDecay` 0.01.
 * @see Loshchilov and Hutter 2019, "Decoupled weight decay regularization"
 */
export class AdamW extends Adam {
  constructor(parameters: readonly Tensor[], options: AdamOptions) {
    super(parameters, { weightDecay: 0.01, ...options }, true);
  }
}
