import adamStep from "../../shaders/adam_step.wgsl";
import adamaxKernel from "../../shaders/adamax.wgsl";
import { state, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Parameters } from "./groups";
import { ratesOf } from "./moments";
import { type Launch, Optimizer, type OptimizerOptions } from "./optimizer";

export interface AdamaxOptions extends OptimizerOptions {
  /** Decay of the average gradient, and of the largest magnitude; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the magnitude of the gradient; default 1e-8. */
  readonly eps?: number;
}

/**
 * Adamax: {@link Adam} with the largest gradient so far (decaying) in place of the root of squares,
 * `u ← max(β₂·u, |g| + ε), p ← p − lr / (1 − β₁ᵗ) · m / u`, as in PyTorch. The default learning rate is 2e-3.
 * @see Kingma and Ba 2015, "Adam: a method for stochastic optimization", algorithm 2
 */
export class Adamax extends Optimizer {
  readonly mean: Tensor;
  readonly infinityNorm: Tensor;
  /** (t, 1 − β₁ᵗ, 1 − β₂ᵗ), f32[3]. */
  readonly steps: Tensor;

  constructor(
    parameters: Parameters,
    override readonly options: AdamaxOptions = {},
  ) {
    super("Adamax", parameters, options, 2e-3, ["betas", "eps"]);
    this.mean = this.arena.buffer("exp_avg");
    this.infinityNorm = this.arena.buffer("exp_inf");
    this.steps = state("step", { shape: [3], dtype: "f32" });
  }

  override states(): [string, Tensor][] {
    return [
      ["exp_avg", this.mean],
      ["exp_inf", this.infinityNorm],
      ["step", this.steps],
    ];
  }

  protected override counts(): Dispatch[] {
    const { control, steps, options } = this;
    return [adamStep.dispatch({ buffers: { control, state: steps }, params: ratesOf(options.betas), grid: [1] })];
  }

  protected override move({ buffers, params, constants, grid, part }: Launch): Dispatch {
    const { betas, eps = 1e-8 } = this.options;
    const { beta1, beta2, rest1 } = ratesOf(betas);
    return adamaxKernel.dispatch({
      buffers: { ...buffers, state: this.steps, mean: part(this.mean), infinity_norm: part(this.infinityNorm) },
      params: { ...params, beta1, beta2, rest1, eps },
      constants,
      grid,
      flops: 40 * grid,
    });
  }
}
