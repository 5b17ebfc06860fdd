import type { Tensor } from "../graph/tensor";
import { type Launch, Optimizer, type OptimizerOptions } from "./optimizer";

export interface MomentsOptions extends OptimizerOptions {
  /** Decay of the averages of gradient and squared gradient; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second average; default 1e-8. */
  readonly eps?: number;
}

/** The decay of both averages, and 1 minus it, as the kernels of Adam and its relatives take them. */
export function ratesOf(betas: readonly [number, number] = [0.9, 0.999]) {
  const [beta1, beta2] = betas;
  return { beta1, beta2, rest1: 1 - beta1, rest2: 1 - beta2 };
}

/** What Adam, NAdam and RAdam have in common: averages of the gradient and of its square, and a count of steps. */
export abstract class Moments extends Optimizer {
  declare readonly options: MomentsOptions;
  readonly mean = this.arena.buffer("exp_avg");
  readonly variance = this.arena.buffer("exp_avg_sq");
  /** The number of steps taken, and factors of the next step that depend on it. */
  abstract readonly steps: Tensor;

  override states(): [string, Tensor][] {
    return [
      ["exp_avg", this.mean],
      ["exp_avg_sq", this.variance],
      ["step", this.steps],
    ];
  }

  /** What the kernels of all of them take. */
  protected launched({ buffers, params, grid, part }: Launch) {
    const { betas, eps = 1e-8 } = this.options;
    return {
      buffers: { ...buffers, state: this.steps, mean: part(this.mean), variance: part(this.variance) },
      params: { ...params, ...ratesOf(betas), eps },
      grid,
      flops: 60 * grid,
    };
  }
}
