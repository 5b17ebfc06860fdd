import nadamKernel from "../../shaders/nadam.wgsl";
import nadamStep from "../../shaders/nadam_step.wgsl";
import { state, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { ratesOf } from "./adam";
import type { Parameters } from "./groups";
import { type Launch, Optimizer, type OptimizerOptions } from "./optimizer";

export interface NadamOptions extends OptimizerOptions {
  /** Decay of the averages of gradient and squared gradient; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second average; default 1e-8. */
  readonly eps?: number;
  /** How fast the momentum rises from β₁/2 to β₁; default 4e-3. */
  readonly momentumDecay?: number;
  /** Take the decay out of the gradient, as AdamW does; default false. */
  readonly decoupledWeightDecay?: boolean;
}

/**
 * NAdam: Adam with Nesterov's momentum, `µ(t) = β₁·(1 − 0.96^(t·momentumDecay) / 2)`,
 * `p ← p − lr·((1 − µ(t)) / (1 − Πµ) · g + µ(t+1) / (1 − Πµ·µ(t+1)) · m) / (√(v / (1 − β₂ᵗ)) + ε)`, as PyTorch's. Learning
 * rate 2e-3 unless given.
 * @see Dozat 2016, "Incorporating Nesterov momentum into Adam"
 */
export class NAdam extends Optimizer {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** (t, 1 − β₂ᵗ, Π µ, factor of the gradient, factor of the mean), f32[5]. */
  readonly steps: Tensor;

  constructor(
    parameters: Parameters,
    override readonly options: NadamOptions = {},
  ) {
    super("NAdam", parameters, options, 2e-3, ["betas", "eps", "momentumDecay", "decoupledWeightDecay"]);
    this.mean = this.arena.buffer("exp_avg");
    this.variance = this.arena.buffer("exp_avg_sq");
    this.steps = state("step", { shape: [5], dtype: "f32" }, () => Float32Array.of(0, 0, 1, 0, 0));
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
    const { beta1, beta2, rest2 } = ratesOf(options.betas);
    const params = { beta1, beta2, rest2, decay: options.momentumDecay ?? 4e-3 };
    return [nadamStep.dispatch({ buffers: { control, state: steps }, params, grid: [1] })];
  }

  protected override move({ buffers, params, constants, grid, part }: Launch): Dispatch {
    const { betas, eps = 1e-8, decoupledWeightDecay = false } = this.options;
    return nadamKernel.dispatch({
      buffers: { ...buffers, state: this.steps, mean: part(this.mean), variance: part(this.variance) },
      params: { ...params, ...ratesOf(betas), eps },
      constants: { ...constants, DECOUPLED: Number(decoupledWeightDecay) },
      grid,
      flops: 60 * grid,
    });
  }
}
