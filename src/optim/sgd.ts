import momentumKernel from "../../shaders/momentum.wgsl";
import sgdKernel from "../../shaders/sgd.wgsl";
import { CaptureError } from "../core/errors";
import { state, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Parameters } from "./groups";
import { type Launch, Optimizer, type OptimizerOptions } from "./optimizer";

export interface SgdOptions extends OptimizerOptions {
  /** Share of the last velocity that is kept; default 0: plain gradient descent. */
  readonly momentum?: number;
  /** Share of the gradient that the velocity leaves out, except in the first step; default 0. */
  readonly dampening?: number;
  /** Nesterov's momentum: look ahead along the velocity; default false. Needs momentum, and no dampening. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent, `v ← µ·v + (1 − dampening)·g, p ← p − lr·v`, as in PyTorch: the first v is g. The default
 * learning rate is 1e-3.
 * @see Polyak 1964; Sutskever et al. 2013 for Nesterov's form
 */
export class SGD extends Optimizer {
  readonly velocity: Tensor | undefined;
  /** Steps taken, f32[1]; with dampening only, from which the first step is exempt. */
  readonly steps: Tensor | undefined;

  constructor(
    parameters: Parameters,
    override readonly options: SgdOptions = {},
  ) {
    super("SGD", parameters, options, 1e-3, ["momentum", "dampening", "nesterov"]);
    const { momentum = 0, dampening = 0, nesterov = false } = options;
    if (nesterov && (!momentum || dampening))
      throw new CaptureError("SGD", "nesterov wants momentum, and no dampening", {
        momentum: String(momentum),
        dampening: String(dampening),
      });
    if (momentum) this.velocity = this.arena.buffer("momentum_buffer");
    if (momentum && dampening) this.steps = state("step", { shape: [1], dtype: "f32" });
  }

  override states(): [string, Tensor][] {
    const own: [string, Tensor][] = [];
    if (this.velocity) own.push(["momentum_buffer", this.velocity]);
    if (this.steps) own.push(["step", this.steps]);
    return own;
  }

  protected override counts(): Dispatch[] {
    return this.steps ? [this.count(this.steps)] : [];
  }

  protected override move({ buffers, params, constants, grid, part }: Launch): Dispatch {
    const { velocity, steps } = this;
    if (!velocity) return sgdKernel.dispatch({ buffers, params, constants, grid, flops: 16 * grid });
    const { momentum = 0, dampening = 0, nesterov = false } = this.options;
    return momentumKernel.dispatch({
      buffers: { ...buffers, state: steps ?? this.control, velocity: part(velocity) },
      params: { ...params, momentum, dampening, nesterov: Number(nesterov) },
      constants: { ...constants, DAMPENED: Number(steps !== undefined) },
      grid,
      flops: 24 * grid,
    });
  }
}
