import rmspropKernel from "../../shaders/rmsprop.wgsl";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Parameters } from "./groups";
import { type Launch, Optimizer, type OptimizerOptions } from "./optimizer";

export interface RmspropOptions extends OptimizerOptions {
  /** Share of the old average of squares; default 0.99. */
  readonly alpha?: number;
  /** Added to the root; default 1e-8. */
  readonly eps?: number;
  /** Share of the last velocity that is kept; default 0: none is kept. */
  readonly momentum?: number;
  /** Divide by the root of the variance instead of the mean of squares; default false. */
  readonly centered?: boolean;
}

/**
 * RMSprop, `s ← α·s + (1 − α)·g², p ← p − lr·d`, `d = g / (√s + ε)`, as in PyTorch. With `centered` the root is of `s − a²`, a
 * being the average of g; with `momentum` `v ← momentum·v + d, p ← p − lr·v`. The default learning rate is 0.01.
 * @see Tieleman and Hinton 2012, lecture 6e of "Neural networks for machine learning"; Graves 2013 for the centered form
 */
export class RMSprop extends Optimizer {
  readonly squareAverage: Tensor;
  readonly average: Tensor | undefined;
  readonly velocity: Tensor | undefined;

  constructor(
    parameters: Parameters,
    override readonly options: RmspropOptions = {},
  ) {
    super("RMSprop", parameters, options, 1e-2, ["alpha", "eps", "momentum", "centered"]);
    this.squareAverage = this.arena.buffer("square_avg");
    if (options.centered) this.average = this.arena.buffer("grad_avg");
    if (options.momentum) this.velocity = this.arena.buffer("momentum_buffer");
  }

  override states(): [string, Tensor][] {
    const own: [string, Tensor][] = [["square_avg", this.squareAverage]];
    if (this.average) own.push(["grad_avg", this.average]);
    if (this.velocity) own.push(["momentum_buffer", this.velocity]);
    return own;
  }

  protected override move({ buffers, params, constants, grid, part }: Launch): Dispatch {
    const { alpha = 0.99, eps = 1e-8, momentum = 0, centered = false } = this.options;
    return rmspropKernel.dispatch({
      buffers: {
        ...buffers,
        square_average: part(this.squareAverage),
        average: part(this.average),
        velocity: part(this.velocity),
      },
      params: { ...params, alpha, rest: 1 - alpha, eps, momentum },
      constants: { ...constants, CENTERED: Number(centered), MOMENTUM: Number(momentum > 0) },
      grid,
      flops: 36 * grid,
    });
  }
}
