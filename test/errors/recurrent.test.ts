import { describe, expect, test } from "vitest";
import { state } from "../../src/graph/tensor";
import { GRU, LSTM } from "../../src/nn/recurrent";
import { gru } from "../../src/ops/gru";
import { gruCell } from "../../src/ops/gruCell";
import { lstm } from "../../src/ops/lstm";
import { lstmCell } from "../../src/ops/lstmCell";
import { recurrence } from "../../src/ops/recurrence";
import { rnn } from "../../src/ops/rnn";
import { rnnCell } from "../../src/ops/rnnCell";

const f = (...shape: number[]) => state("t", { shape, dtype: "f32" });
const i = (...shape: number[]) => state("t", { shape, dtype: "i32" });
const weights = (gates: number, features = 3, hidden = 4) => ({
  weightIh: f(gates * hidden, features),
  weightHh: f(gates * hidden, hidden),
  biasIh: f(gates * hidden),
  biasHh: f(gates * hidden),
});

describe("bad input is refused at the call", () => {
  test("recurrence", () => {
    expect(() => recurrence("lstm", f(5, 2, 12), f(12, 4))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: recurrence: wants x [.., .., 4·H] and weight [4·H, H] for lstm
        x: [5, 2, 12]
        weight: [12, 4]]
    `);
    expect(() => recurrence("gru", f(5, 2), f(12, 4))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: recurrence: wants x [.., .., 3·H] and weight [3·H, H] for gru
        x: [5, 2]
        weight: [12, 4]]
    `);
    expect(() => recurrence("tanh", f(5, 2, 4), f(4, 4), { h0: f(5, 4) })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: recurrence: h0 must be [2, 4]
        h0: [5, 4]
        x: [5, 2, 4]]
    `);
    expect(() => recurrence("tanh", f(5, 2, 4), f(4, 4), { lengths: f(2) })).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: recurrence: lengths have dtype f32
        wants: i32]
    `);
    expect(() => recurrence("tanh", f(5, 2, 4), f(4, 4), { bias: f(4) })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: recurrence: a bias of its own is for a GRU
        cell: tanh
        fix: add it to x]
    `);
    expect(() => recurrence("tanh", i(5, 2, 4), f(4, 4))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: recurrence: input 0 has dtype i32
        wants: f32
        fix: cast(x, "f32")]
    `);
    expect(() => recurrence("tanh", f(5, 2, 4), f(4, 4), { c0: f(2, 4) })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: recurrence: c0 is for an LSTM
        cell: tanh]
    `);
  });

  test("networks", () => {
    expect(() => lstm(f(5, 3), [weights(4)])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: lstm: x must be [T, N, D]
        x: [5, 3]]
    `);
    expect(() => lstm(f(5, 2, 3), [])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: lstm: wants weights for each layer and 1 direction(s)
        weights: 0]
    `);
    expect(() => lstm(f(5, 2, 3), [weights(3)])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: lstm: weightIh of weights[0] must be [16, 3]
        weightIh: [12, 3]
        x: [5, 2, 3]
        H: 4]
    `);
    expect(() => gru(f(5, 2, 6), [weights(3)])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: gru: weightIh of weights[0] must be [12, 6]
        weightIh: [12, 3]
        x: [5, 2, 6]
        H: 4]
    `);
    expect(() => rnn(f(5, 2, 3), [weights(1)], { bidirectional: true })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: rnn: wants weights for each layer and 2 direction(s)
        weights: 1]
    `);
    expect(() => rnn(f(5, 2, 3), [weights(1), weights(1)])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: rnn: weightIh of weights[1] must be [4, 4]
        weightIh: [4, 3]
        x: [5, 2, 3]
        H: 4]
    `);
    expect(() => rnn(f(5, 2, 3), [weights(1)], { dropout: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: rnn: dropout 1
        wants: 0 ≤ p < 1]
    `);
    expect(() => gru(f(5, 2, 3), [weights(3)], { h0: f(2, 4) })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: gru: h0 must be [1, 2, 4]
        h0: [2, 4]]
    `);
    expect(() => lstm(f(5, 2, 3), [weights(4)], { lengths: i(5) })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: lstm: lengths must be i32[2]
        lengths: i32[5]
        x: [5, 2, 3]]
    `);
    expect(() =>
      gru(f(5, 2, 3), [weights(3)], { lengths: f(2), linearBeforeReset: false }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: gru: lengths must be i32[2]
        lengths: f32[2]
        x: [5, 2, 3]]
    `);
  });

  test("cells", () => {
    expect(() => rnnCell(f(1, 2, 3), weights(1))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: rnnCell: x must be [N, D]
        x: [1, 2, 3]]
    `);
    expect(() => gruCell(f(2, 3), weights(3), f(3, 4))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: gru: h0 must be [1, 2, 4]
        h0: [1, 3, 4]]
    `);
    expect(() => lstmCell(f(2, 3), weights(4), { c: f(2, 5) })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: lstm: c0 must be [1, 2, 4]
        c0: [1, 2, 5]]
    `);
  });

  test("layers", () => {
    expect(() => new LSTM(3, 0)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: LSTM: hiddenSize 0
        wants: an integer of at least 1]
    `);
    expect(() => new GRU(3, 4, { dropout: 2 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: GRU: dropout 2
        wants: 0 ≤ p < 1]
    `);
    expect(() => new LSTM(3, 4).run(f(5, 2, 7))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: LSTM: wants x [T, N, inputSize]
        x: [5, 2, 7]
        inputSize: 3]
    `);
  });
});
