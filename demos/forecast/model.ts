import {
  add,
  GRU,
  Linear,
  LSTM,
  Module,
  mul,
  RNN,
  type Statistics,
  slice,
  state,
  sub,
  type Tensor,
} from "../../src/index";

/** What decides the network's shape. */
export interface Sizes {
  readonly cell: "lstm" | "gru" | "rnn";
  /** Recurrent layers, each over the states of the one below. */
  readonly layers: number;
  readonly hidden: number;
  /** Values that one forecast gives: the next one, or several. */
  readonly horizon: number;
}

const CELLS = { lstm: LSTM, gru: GRU, rnn: RNN };

/** Many to one: reads the last values of a series in turn, and says from what it holds at the end how they go on. */
export class Forecaster extends Module {
  readonly recurrent: LSTM | GRU | RNN;
  readonly head: Linear;
  /** Of the part of the series that is learnt from; not learnt, but kept with the network, f32 [1] each. */
  readonly mean: Tensor;
  readonly std: Tensor;

  constructor({ cell, layers, hidden, horizon }: Sizes, { mean, std }: Statistics) {
    super();
    this.recurrent = new CELLS[cell](1, hidden, { numLayers: layers, batchFirst: true });
    this.head = new Linear(hidden, horizon);
    this.mean = state("mean", { shape: [1], dtype: "f32" }, () => Float32Array.from(mean));
    this.std = state("std", { shape: [1], dtype: "f32" }, () => Float32Array.from(std));
  }

  /** @param window the last values, as measured, [N, T] @returns the next ones, as they will be measured, [N, horizon] */
  override forward(window: Tensor): Tensor {
    return add(mul(this.standardForecast(this.standardize(window)), this.std), this.mean);
  }

  /** In units of the standard deviation, from the mean. */
  standardize(x: Tensor): Tensor {
    return sub(x, this.mean).div(this.std);
  }

  /** @param x standardised values [N, T] @returns standardised forecasts [N, horizon] */
  standardForecast(x: Tensor): Tensor {
    const steps = x.shape[1]!;
    const { hN } = this.recurrent.run(x.unsqueeze(2)); // [N, T, 1] → [layers, N, hidden]
    const top = slice(hN, 0, hN.shape[0]! - 1).squeeze(0); // what the last layer holds at the end
    const change = this.head.forward(top); // → [N, horizon]
    return add(slice(x, 1, steps - 1), change); // from the last value on
  }
}
