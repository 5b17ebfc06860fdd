import emaKernel from "../../shaders/ema.wgsl";
import exchangeKernel from "../../shaders/ema_exchange.wgsl";
import setFlag from "../../shaders/set_flag.wgsl";
import { CaptureError } from "../core/errors";
import { Arena, type Piece } from "../graph/arena";
import { state, type Tensor, unused } from "../graph/tensor";
import { recordUpdate } from "../graph/trace";
import type { Dispatch } from "../kernel/kernel";
import { groupsOf } from "./groups";
import type { Optimizer } from "./optimizer";
import { checkOptions } from "./options";

export interface AverageOptions {
  /** Share of the old average; default 0.999. */
  readonly decay?: number;
}

/**
 * Exponential moving average of parameters, `a ← decay·a + (1 − decay)·p`. It starts at 0; the bias of that is corrected by
 * `a / (1 − decayᵗ)`. An update is one dispatch. It shares the arena of the optimizer of the same parameters.
 *
 * `update`, `apply` and `restore` only record: they take effect in the step that is being captured, or before the next
 * `engine.read` or run of a captured step.
 * @see Polyak and Juditsky 1992; Kingma and Ba 2015, section 7.2
 */
export class ExponentialMovingAverage {
  /** @internal */
  readonly arena: Arena;
  /** The averages, not yet corrected; laid out as the arena of the parameters. */
  readonly average: Tensor;
  /** 1 − decayᵗ, f32[1]. */
  readonly total: Tensor;
  /** 1 while the averages stand in for the parameters, f32[1]. */
  readonly applied: Tensor;
  readonly #kept: Tensor;
  readonly #decay: number;

  /**
   * @param parameters all that one optimizer moves, in any order
   * @throws CaptureError where they are only some of an optimizer's parameters, or `decay` is not in [0, 1)
   */
  constructor(parameters: readonly Tensor[], options: AverageOptions = {}) {
    checkOptions("ExponentialMovingAverage", options, ["decay"]);
    groupsOf("ExponentialMovingAverage", parameters);
    const isFree = parameters.every((t) => t.home === undefined);
    const arena = Arena.holding(parameters) ?? (isFree ? Arena.of(parameters) : undefined);
    if (!arena)
      throw new CaptureError(
        "ExponentialMovingAverage",
        "the parameters are not those of one optimizer",
        {},
        "pass all that the optimizer moves: optimizer.parameters",
      );
    this.arena = arena;
    this.#decay = options.decay ?? 0.999;
    this.average = this.arena.buffer("average");
    this.#kept = this.arena.buffer("kept parameters");
    this.total = state("average_total", { shape: [1], dtype: "f32" });
    this.applied = state("average_applied", { shape: [1], dtype: "f32" });
  }

  /** What belongs into a checkpoint: pass it among the `states` of {@link saveCheckpoint}, after `restore` where `apply` was called. */
  states(): Record<string, Tensor> {
    return { "ema.average": this.average, "ema.total": this.total };
  }

  /** All that it keeps on the device besides the parameters. */
  owned(): Tensor[] {
    return [this.average, this.#kept, this.total, this.applied];
  }

  /**
   * Adds the parameters to the average, as they are after the updates recorded so far.
   * @param optimizer where given, the average too leaves out the steps that the optimizer skips or only accumulates
   */
  update(optimizer?: Optimizer): void {
    const { average, total, applied, arena } = this;
    const decay = this.#decay;
    // Eager plans are kept by name, so the name says which optimizer the average follows.
    const name = optimizer ? `ema after ${optimizer.control.id}` : "ema";
    this.#record(name, [average, total], (piece) => {
      const len = piece.length / 4;
      return emaKernel.dispatch({
        buffers: {
          parameters: piece.of(arena.parameters),
          control: optimizer?.control ?? applied,
          state: applied,
          average: piece.of(average),
          // Counted once, whatever the number of pieces.
          total: piece.first ? total : unused(),
        },
        params: { len, decay, rest: 1 - decay },
        constants: { GATED: Number(optimizer !== undefined) },
        grid: len,
        flops: 12 * len,
      });
    });
  }

  /** Puts the averages in place of the parameters, for evaluation; the parameters are kept. A second call changes nothing. */
  apply(): void {
    this.#exchange("ema apply", 0);
  }

  /** Puts the parameters back, bit for bit. */
  restore(): void {
    this.#exchange("ema restore", 1);
  }

  #exchange(name: string, restore: 0 | 1): void {
    const { average, total, applied, arena } = this;
    const exchanged = (piece: Piece) => {
      const len = piece.length / 4;
      const [kept, parameters] = [piece.of(this.#kept), piece.of(arena.parameters)];
      const buffers = { average: piece.of(average), total, state: applied, kept, parameters };
      return exchangeKernel.dispatch({ buffers, params: { len }, constants: { RESTORE: restore }, grid: len });
    };
    const flagged = setFlag.dispatch({
      buffers: { state: applied },
      params: { len: 1, value: 1 - restore },
      grid: [1],
    });
    this.#record(name, [arena.parameters, this.#kept, applied], exchanged, flagged);
  }

  /** @param each the launch over one piece of the arena */
  #record(name: string, writes: readonly Tensor[], each: (piece: Piece) => Dispatch, ...last: Dispatch[]): void {
    if (!this.arena.tensors.every((t) => this.arena.holds(t)))
      throw new CaptureError(
        "ExponentialMovingAverage",
        "parameters have moved to an optimizer that was made later",
        {},
        "average all parameters of one optimizer, no more and no less",
      );
    recordUpdate({
      name,
      reads: [],
      writes,
      lower: ({ maxBindingBytes }) => [...this.arena.pieces(maxBindingBytes).map(each), ...last],
    });
  }
}
