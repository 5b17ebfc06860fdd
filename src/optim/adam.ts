import adamKernel from "../../shaders/adam.wgsl";
import adamStep from "../../shaders/adam_step.wgsl";
import { checkObject } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Parameters } from "./groups";
import { Moments, type MomentsOptions, ratesOf } from "./moments";
import type { Launch } from "./optimizer";

export interface AdamOptions extends MomentsOptions {
  /** Divide by the root of the largest second average so far; default false. @see Reddi et al. 2018 */
  readonly amsgrad?: boolean;
}

/**
 * Adam with bias correction, as in PyTorch: `m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g²`,
 * `p ← p − lr · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)`; `weightDecay · p` is added to g. The default learning rate is 1e-3.
 * @see Kingma and Ba 2015, "Adam: a method for stochastic optimization", algorithm 1
 */
export class Adam extends Moments {
  /** With `amsgrad`: the largest variance so far. */
  readonly largest: Tensor | undefined;
  /** (t, 1 − β₁ᵗ, 1 − β₂ᵗ), f32[3]. */
  readonly steps = state("step", { shape: [3], dtype: "f32" });

  constructor(
    parameters: Parameters,
    override readonly options: AdamOptions = {},
    readonly decoupled = false,
  ) {
    super(decoupled ? "AdamW" : "Adam", parameters, options, 1e-3, ["betas", "eps", "amsgrad"]);
    if (options.amsgrad) this.largest = this.arena.buffer("max_exp_avg_sq");
  }

  override states(): [string, Tensor][] {
    return this.largest ? [...super.states(), ["max_exp_avg_sq", this.largest]] : super.states();
  }

  protected override counts(): Dispatch[] {
    const { control, steps, options } = this;
    return [adamStep.dispatch({ buffers: { control, state: steps }, params: ratesOf(options.betas), grid: [1] })];
  }

  protected override move(launch: Launch): Dispatch {
    const { buffers, ...request } = this.launched(launch);
    const { amsgrad = false } = this.options;
    return adamKernel.dispatch({
      ...request,
      buffers: { ...buffers, largest: launch.part(this.largest) },
      constants: { ...launch.constants, DECOUPLED: Number(this.decoupled), AMSGRAD: Number(amsgrad) },
    });
  }
}

/**
 * {@link Adam} with decoupled weight decay: instead of being added to the gradient it is a step of its own,
 * `p ← p − lr·weightDecay·p`; default `weightDecay` 0.01.
 * @see Loshchilov and Hutter 2019, "Decoupled weight decay regularization"
 */
export class AdamW extends Adam {
  constructor(parameters: Parameters, options: AdamOptions = {}) {
    checkObject("AdamW", options);
    const { weightDecay = 0.01 } = options;
    super(parameters, { ...options, weightDecay }, true);
  }
}
