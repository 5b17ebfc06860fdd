import adagradKernel from "../../shaders/adagrad.wgsl";
import { state, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Parameters } from "./groups";
import { type Launch, Optimizer, type OptimizerOptions } from "./optimizer";

export interface AdagradOptions extends OptimizerOptions {
  /** The learning rate of step t (from 1) is divided by `1 + (t − 1)·lrDecay`; default 0. */
  readonly lrDecay?: number;
  /** First value of the sums of squares; default 0. */
  readonly initialAccumulatorValue?: number;
  /** Added to the root; default 1e-10. */
  readonly eps?: number;
}

/**
 * Adagrad, `s ← s + g², p ← p − lr·g / (√s + ε)`, as in PyTorch. The default learning rate is 0.01.
 * @see Duchi, Hazan and Singer 2011, "Adaptive subgradient methods for online learning and stochastic optimization"
 */
export class Adagrad extends Optimizer {
  readonly squareSum: Tensor;
  /** Steps taken, f32[1]; with `lrDecay` only. */
  readonly steps: Tensor | undefined;

  constructor(
    parameters: Parameters,
    override readonly options: AdagradOptions = {},
  ) {
    super("Adagrad", parameters, options, 1e-2, ["lrDecay", "initialAccumulatorValue", "eps"]);
    this.squareSum = this.arena.buffer("sum", options.initialAccumulatorValue);
    if (options.lrDecay) this.steps = state("step", { shape: [1], dtype: "f32" });
  }

  override states(): [string, Tensor][] {
    const own: [string, Tensor][] = [["sum", this.squareSum]];
    return this.steps ? [...own, ["step", this.steps]] : own;
  }

  protected override counts(): Dispatch[] {
    return this.steps ? [this.count(this.steps)] : [];
  }

  protected override move({ buffers, params, constants, grid, part }: Launch): Dispatch {
    const { lrDecay = 0, eps = 1e-10 } = this.options;
    return adagradKernel.dispatch({
      buffers: { ...buffers, state: this.steps ?? this.control, square_sum: part(this.squareSum) },
      params: { ...params, lr_decay: lrDecay, eps },
      constants,
      grid,
      flops: 36 * grid,
    });
  }
}
