import radamKernel from "../../shaders/radam.wgsl";
import radamStep from "../../shaders/radam_step.wgsl";
import { state, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Parameters } from "./groups";
import { Moments, type MomentsOptions, ratesOf } from "./moments";
import type { Launch } from "./optimizer";

export interface RadamOptions extends MomentsOptions {
  /** Decouple the weight decay from the gradient, as in AdamW; default false. */
  readonly decoupledWeightDecay?: boolean;
}

/**
 * RAdam: Adam whose adaptive rate is used only once its variance can be estimated (ρ > 5), and is then rectified by r:
 * `p ← p − lr · m / (1 − β₁ᵗ) · r · √(1 − β₂ᵗ) / (√v + ε)`; before, `p ← p − lr · m / (1 − β₁ᵗ)`. As in PyTorch; the default
 * learning rate is 1e-3.
 * @see Liu et al. 2020, "On the variance of the adaptive learning rate and beyond"
 */
export class RAdam extends Moments {
  /** (t, 1 − β₁ᵗ, 1 − β₂ᵗ, Σ Σ β₂ᵏ, r or 0), f32[5]; see shaders/radam_step.wgsl. */
  readonly steps: Tensor = state("step", { shape: [5], dtype: "f32" });

  constructor(
    parameters: Parameters,
    override readonly options: RadamOptions = {},
  ) {
    super("RAdam", parameters, options, 1e-3, ["betas", "eps", "decoupledWeightDecay"]);
  }

  protected override counts(): Dispatch[] {
    const { control, steps, options } = this;
    return [radamStep.dispatch({ buffers: { control, state: steps }, params: ratesOf(options.betas), grid: [1] })];
  }

  protected override move(launch: Launch): Dispatch {
    const constants = { ...launch.constants, DECOUPLED: Number(this.options.decoupledWeightDecay ?? false) };
    return radamKernel.dispatch({ ...this.launched(launch), constants });
  }
}
