import nadamKernel from "../../shaders/nadam.wgsl";
import nadamStep from "../../shaders/nadam_step.wgsl";
import { state, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Parameters } from "./groups";
import { Moments, type MomentsOptions, ratesOf } from "./moments";
import type { Launch } from "./optimizer";

export interface NadamOptions extends MomentsOptions {
  /** How fast the momentum rises from β₁/2 to β₁; default 4e-3. */
  readonly momentumDecay?: number;
  /** Decouple the weight decay from the gradient, as in AdamW; default false. */
  readonly decoupledWeightDecay?: boolean;
}

/**
 * NAdam: Adam with Nesterov's momentum, `µ(t) = β₁·(1 − 0.96^(t·momentumDecay) / 2)`,
 * `p ← p − lr·((1 − µ(t)) / (1 − Πµ) · g + µ(t+1) / (1 − Πµ·µ(t+1)) · m) / (√(v / (1 − β₂ᵗ)) + ε)`, as in PyTorch. The default
 * learning rate is 2e-3.
 * @see Dozat 2016, "Incorporating Nesterov momentum into Adam"
 */
export class NAdam extends Moments {
  /** (t, 1 − β₂ᵗ, Π µ, factor of the gradient, factor of the mean), f32[5]. */
  readonly steps: Tensor = state("step", { shape: [5], dtype: "f32" }, () => Float32Array.of(0, 0, 1, 0, 0));

  constructor(
    parameters: Parameters,
    override readonly options: NadamOptions = {},
  ) {
    super("NAdam", parameters, options, 2e-3, ["betas", "eps", "momentumDecay", "decoupledWeightDecay"]);
  }

  protected override counts(): Dispatch[] {
    const { control, steps, options } = this;
    const { beta1, beta2, rest2 } = ratesOf(options.betas);
    const params = { beta1, beta2, rest2, decay: options.momentumDecay ?? 4e-3 };
    return [nadamStep.dispatch({ buffers: { control, state: steps }, params, grid: [1] })];
  }

  protected override move(launch: Launch): Dispatch {
    const constants = { ...launch.constants, DECOUPLED: Number(this.options.decoupledWeightDecay ?? false) };
    return nadamKernel.dispatch({ ...this.launched(launch), constants });
  }
}
