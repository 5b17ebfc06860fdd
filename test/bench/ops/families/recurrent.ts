import type { RecurrentWeights, Tensor } from "../../../../src/index";
import * as wgrad from "../../../../src/index";
import type { OpEntries, OpEntry, OpInput } from "../entry";

const [T, N, D] = [64, 32, 128];

const weightsOf = (t: readonly Tensor[]): RecurrentWeights => ({
  weightIh: t[0]!,
  weightHh: t[1]!,
  biasIh: t[2],
  biasHh: t[3],
});

const small = (shape: readonly number[]): OpInput => ({ shape, range: [-0.1, 0.1] });
const parts = (gates: number): OpInput[] => [
  small([gates * D, D]),
  small([gates * D, D]),
  small([gates * D]),
  small([gates * D]),
];

const sequence = (gates: number, build: (x: Tensor, weights: RecurrentWeights) => Tensor): OpEntry => ({
  inputs: [[T, N, D], ...parts(gates)],
  build: (x, ...weights) => build(x!, weightsOf(weights)),
  flops: 2 * T * N * 2 * D * gates * D,
});

const cell = (
  gates: number,
  states: number,
  build: (x: Tensor, weights: RecurrentWeights, states: readonly Tensor[]) => Tensor | readonly Tensor[],
): OpEntry => ({
  inputs: [[256, D], ...parts(gates), ...Array.from({ length: states }, () => [256, D])],
  build: (x, ...rest) => build(x!, weightsOf(rest), rest.slice(4)),
  flops: 2 * 256 * 2 * D * gates * D,
});

export const entries: OpEntries = {
  gru: sequence(3, (x, w) => wgrad.gru(x, [w]).output),
  gruCell: cell(3, 1, (x, w, [h]) => wgrad.gruCell(x, w, h)),
  lstm: sequence(4, (x, w) => wgrad.lstm(x, [w]).output),
  lstmCell: cell(4, 2, (x, w, [h, c]) => Object.values(wgrad.lstmCell(x, w, { h: h!, c: c! }))),
  recurrence: {
    inputs: [[T, N, 4 * D], small([4 * D, D])],
    build: (x, weight) => wgrad.recurrence("lstm", x!, weight!).output,
    flops: 2 * T * N * D * 4 * D,
  },
  rnn: sequence(1, (x, w) => wgrad.rnn(x, [w]).output),
  rnnCell: cell(1, 1, (x, w, [h]) => wgrad.rnnCell(x, w, h)),
};
