import adadeltaKernel from "../../shaders/adadelta.wgsl";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Parameters } from "./groups";
import { type Launch, Optimizer, type OptimizerOptions } from "./optimizer";

export interface AdadeltaOptions extends OptimizerOptions {
  /** Share of the old averages; default 0.9. */
  readonly rho?: number;
  /** Added under both roots; default 1e-6. */
  readonly eps?: number;
}

/**
 * Adadelta, `s ← ρ·s + (1 − ρ)·g², d = √(a + ε) / √(s + ε) · g, a ← ρ·a + (1 − ρ)·d², p ← p − lr·d`, as in PyTorch. The default
 * learning rate is 1.
 * @see Zeiler 2012, "Adadelta: an adaptive learning rate method"
 */
export class Adadelta extends Optimizer {
  readonly squareAverage: Tensor;
  readonly deltaAverage: Tensor;

  constructor(
    parameters: Parameters,
    override readonly options: AdadeltaOptions = {},
  ) {
    super("Adadelta", parameters, options, 1, ["rho", "eps"]);
    this.squareAverage = this.arena.buffer("square_avg");
    this.deltaAverage = this.arena.buffer("acc_delta");
  }

  override states(): [string, Tensor][] {
    return [
      ["square_avg", this.squareAverage],
      ["acc_delta", this.deltaAverage],
    ];
  }

  protected override move({ buffers, params, constants, grid, part }: Launch): Dispatch {
    const { rho = 0.9, eps = 1e-6 } = this.options;
    return adadeltaKernel.dispatch({
      buffers: { ...buffers, square_average: part(this.squareAverage), delta_average: part(this.deltaAverage) },
      params: { ...params, rho, rest: 1 - rho, eps },
      constants,
      grid,
      flops: 60 * grid,
    });
  }
}
