import rmspropKernel from "../../shaders/rmsprop.wgsl";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { type Bindings, Optimizer, type OptimizerOptions } from "./optimizer";

export interface RmspropOptions extends OptimizerOptions {
  /** Share of the old average of squares; default 0.99. */
  readonly alpha?: number;
  /** Default 1e-8. */
  readonly eps?: number;
}

/**
 * RMSprop, `s ← α·s + (1 − α)·g², p ← p − lr·g / (√s + ε)`, as PyTorch's.
 * @see Tieleman and Hinton 2012, lecture 6e of "Neural networks for machine learning"
 */
export class RMSprop extends Optimizer {
  readonly squareAverage: Tensor;

  constructor(
    parameters: readonly Tensor[],
    override readonly options: RmspropOptions,
  ) {
    super("RMSprop", parameters, options);
    this.squareAverage = this.arena.buffer("square_avg");
  }

  override states(): [string, Tensor][] {
    return [["square_avg", this.squareAverage]];
  }

  protected override dispatches(bindings: Bindings): Dispatch[] {
    const { alpha = 0.99, eps = 1e-8, weightDecay: weight_decay = 0 } = this.options;
    const len = this.vectors;
    const buffers = { ...bindings, square_average: this.squareAverage };
    return [rmspropKernel.dispatch({ buffers, params: { len, alpha, eps, weight_decay }, grid: len, flops: 36 * len })];
  }
}
