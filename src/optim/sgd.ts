import momentumKernel from "../../shaders/momentum.wgsl";
import sgdKernel from "../../shaders/sgd.wgsl";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { type Bindings, Optimizer, type OptimizerOptions } from "./optimizer";

export interface SgdOptions extends OptimizerOptions {
  /** Share of the last velocity that is kept; default 0: plain gradient descent. */
  readonly momentum?: number;
  /** Look ahead along the velocity; default false. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent, `v ← µ·v + g, p ← p − lr·v`, as PyTorch's SGD without dampening.
 * @see Polyak 1964; Sutskever et al. 2013 for Nesterov's form
 */
export class SGD extends Optimizer {
  readonly velocity: Tensor | undefined;

  constructor(
    parameters: readonly Tensor[],
    override readonly options: SgdOptions,
  ) {
    super("SGD", parameters, options);
    if (options.momentum) this.velocity = this.arena.buffer("momentum_buffer");
  }

  override states(): [string, Tensor][] {
    return this.velocity ? [["momentum_buffer", this.velocity]] : [];
  }

  protected override dispatches(bindings: Bindings): Dispatch[] {
    const { momentum = 0, nesterov = false, weightDecay: weight_decay = 0 } = this.options;
    const len = this.vectors;
    if (!this.velocity) return [sgdKernel.dispatch({ buffers: bindings, params: { len, weight_decay }, grid: len })];
    const buffers = { ...bindings, velocity: this.velocity };
    const params = { len, momentum, weight_decay, nesterov: Number(nesterov) };
    return [momentumKernel.dispatch({ buffers, params, grid: len, flops: 24 * len })];
  }
}
