import adamKernel from "../../shaders/adam.wgsl";
import adamStep from "../../shaders/adam_step.wgsl";
import { checkObject } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Parameters } from "./groups";
import { type Launch, Optimizer, type OptimizerOptions } from "./optimizer";

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the averages of gradient and squared gradient; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second average; default 1e-8. */
  readonly eps?: number;
  /** Divide by the root of the largest second average so far; default false. @see Reddi et al. 2018 */
  readonly amsgrad?: boolean;
}

/** The decay of both averages and what is left of it, as the kernels of Adam's relatives take them. */
export function ratesOf(betas: readonly [number, number] = [0.9, 0.999]) {
  const [beta1, beta2] = betas;
  return { beta1, beta2, rest1: 1 - beta1, rest2: 1 - beta2 };
}

/**
 * Adam with bias correction, as PyTorch's; `weightDecay` is added to the gradient. Learning rate 1e-3 unless given.
 * @see Kingma and Ba 2015, "Adam: a method for stochastic optimization", algorithm 1
 */
export class Adam extends Optimizer {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** With `amsgrad`: the largest variance so far. */
  readonly largest: Tensor | undefined;
  /** (t, 1 − β₁ᵗ, 1 − β₂ᵗ), f32[3]. */
  readonly steps: Tensor;

  constructor(
    parameters: Parameters,
    override readonly options: AdamOptions = {},
    readonly decoupled = false,
  ) {
    super(decoupled ? "AdamW" : "Adam", parameters, options, 1e-3, ["betas", "eps", "amsgrad"]);
    this.mean = this.arena.buffer("exp_avg");
    this.variance = this.arena.buffer("exp_avg_sq");
    if (options.amsgrad) this.largest = this.arena.buffer("max_exp_avg_sq");
    this.steps = state("step", { shape: [3], dtype: "f32" });
  }

  override states(): [string, Tensor][] {
    const own: [string, Tensor][] = [
      ["exp_avg", this.mean],
      ["exp_avg_sq", this.variance],
      ["step", this.steps],
    ];
    return this.largest ? [...own, ["max_exp_avg_sq", this.largest]] : own;
  }

  protected override counts(): Dispatch[] {
    const { control, steps, options } = this;
    return [adamStep.dispatch({ buffers: { control, state: steps }, params: ratesOf(options.betas), grid: [1] })];
  }

  protected override move({ buffers, params, constants, grid, part }: Launch): Dispatch {
    const { betas, eps = 1e-8, amsgrad = false } = this.options;
    const [mean, variance, largest] = [part(this.mean), part(this.variance), part(this.largest)];
    return adamKernel.dispatch({
      buffers: { ...buffers, state: this.steps, mean, variance, largest },
      params: { ...params, ...ratesOf(betas), eps },
      constants: { ...constants, DECOUPLED: Number(this.decoupled), AMSGRAD: Number(amsgrad) },
      grid,
      flops: 60 * grid,
    });
  }
}

/**
 * Adam with decoupled weight decay, `p ← p − lr·weightDecay·p` apart from the gradient; default `weightDecay` 0.01.
 * @see Loshchilov and Hutter 2019, "Decoupled weight decay regularization"
 */
export class AdamW extends Adam {
  constructor(parameters: Parameters, options: AdamOptions = {}) {
    checkObject("AdamW", options);
    const { weightDecay = 0.01 } = options;
    super(parameters, { ...options, weightDecay }, true);
  }
}
