import lionKernel from "../../shaders/lion.wgsl";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Parameters } from "./groups";
import { ratesOf } from "./moments";
import { type Launch, Optimizer, type OptimizerOptions } from "./optimizer";

export interface LionOptions extends OptimizerOptions {
  /** [Share of the momentum in the direction, decay of the momentum]; default [0.9, 0.99]. */
  readonly betas?: readonly [number, number];
}

/**
 * Lion, `p ← p − lr·weightDecay·p − lr·sign(β₁·m + (1 − β₁)·g), m ← β₂·m + (1 − β₂)·g`: every element moves by lr, besides its
 * decay, which is decoupled from the gradient. The default learning rate is 1e-4.
 * @see Chen et al. 2023, "Symbolic discovery of optimization algorithms", program 1
 */
export class Lion extends Optimizer {
  readonly mean: Tensor;

  constructor(
    parameters: Parameters,
    override readonly options: LionOptions = {},
  ) {
    super("Lion", parameters, options, 1e-4, ["betas"]);
    this.mean = this.arena.buffer("exp_avg");
  }

  override states(): [string, Tensor][] {
    return [["exp_avg", this.mean]];
  }

  protected override move({ buffers, params, constants, grid, part }: Launch): Dispatch {
    const rates = ratesOf(this.options.betas ?? [0.9, 0.99]);
    return lionKernel.dispatch({
      buffers: { ...buffers, mean: part(this.mean) },
      params: { ...params, ...rates },
      constants,
      grid,
      flops: 36 * grid,
    });
  }
}
