import radamKernel from "../../shaders/radam.wgsl";
import radamStep from "../../shaders/radam_step.wgsl";
import { state, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { ratesOf } from "./adam";
import type { Parameters } from "./groups";
import { type Launch, Optimizer, type OptimizerOptions } from "./optimizer";

export interface RadamOptions extends OptimizerOptions {
  /** Decay of the averages of gradient and squared gradient; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second average; default 1e-8. */
  readonly eps?: number;
  /** Take the decay out of the gradient, as AdamW does; default false. */
  readonly decoupledWeightDecay?: boolean;
}

/**
 * RAdam: Adam whose adaptive rate waits until its variance is known, and is rectified from then on:
 * `p ← p − lr · m / (1 − β₁ᵗ) · r · √(1 − β₂ᵗ) / (√v + ε)` where ρ > 5, else `p ← p − lr · m / (1 − β₁ᵗ)`, as PyTorch's.
 * Learning rate 1e-3 unless given.
 * @see Liu et al. 2020, "On the variance of the adaptive learning rate and beyond"
 */
export class RAdam extends Optimizer {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** (t, 1 − β₁ᵗ, 1 − β₂ᵗ, Σ Σ β₂ᵏ, r or 0), f32[5]; see shaders/radam_step.wgsl. */
  readonly steps: Tensor;

  constructor(
    parameters: Parameters,
    override readonly options: RadamOptions = {},
  ) {
    super("RAdam", parameters, options, 1e-3, ["betas", "eps", "decoupledWeightDecay"]);
    this.mean = this.arena.buffer("exp_avg");
    this.variance = this.arena.buffer("exp_avg_sq");
    this.steps = state("step", { shape: [5], dtype: "f32" });
  }

  override states(): [string, Tensor][] {
    return [
      ["exp_avg", this.mean],
      ["exp_avg_sq", this.variance],
      ["step", this.steps],
    ];
  }

  protected override counts(): Dispatch[] {
    const { control, steps, options } = this;
    return [radamStep.dispatch({ buffers: { control, state: steps }, params: ratesOf(options.betas), grid: [1] })];
  }

  protected override move({ buffers, params, constants, grid, part }: Launch): Dispatch {
    const { betas, eps = 1e-8, decoupledWeightDecay = false } = this.options;
    return radamKernel.dispatch({
      buffers: { ...buffers, state: this.steps, mean: part(this.mean), variance: part(this.variance) },
      params: { ...params, ...ratesOf(betas), eps },
      constants: { ...constants, DECOUPLED: Number(decoupledWeightDecay) },
      grid,
      flops: 60 * grid,
    });
  }
}
