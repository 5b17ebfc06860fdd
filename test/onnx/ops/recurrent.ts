import * as w from "../../../src/index";
import { type Call, type Operator, want } from "../value";

type Run = (x: w.Tensor, weights: w.RecurrentWeights[], options: w.LstmOptions) => readonly w.Tensor[];

/**
 * A recurrent operator: [T, N, D] with weights [directions, gates·H, …], gates in ONNX's order.
 * @param order where wgrad's gates, in their order, are among ONNX's
 */
const recurrent =
  (order: readonly number[], run: (c: Call) => Run): Operator =>
  (c) => {
    const direction = c.text("direction", "forward");
    want(direction !== "reverse", "attribute", "direction reverse");
    want(!c.attribute("clip") && !c.attribute("activations"), "attribute", "clip or activations");
    want(!c.inputs[7] && !c.int("input_forget", 0), "attribute", "peepholes or input_forget");
    const byBatch = c.int("layout", 0) === 1;
    const swap = (t: w.Tensor) => (byBatch ? w.permute(t, [1, 0, 2]) : t);
    const [weights, recurrentWeights, biases] = [c.x(1), c.x(2), c.optional(3)];
    const hidden = recurrentWeights.shape[2]!;
    /** One direction's rows from gate `first` on, in wgrad's order. */
    const rows = (t: w.Tensor, d: number, first = 0) => {
      const own = w.reshape(w.slice(t, 0, d, d + 1), t.shape.slice(1));
      const gate = (g: number) => w.slice(own, 0, (first + g) * hidden, (first + g + 1) * hidden);
      return order.length > 1 ? w.concat(order.map(gate)) : gate(0);
    };
    const options = { bidirectional: direction === "bidirectional", batchFirst: byBatch };
    const given = Array.from({ length: weights.shape[0]! }, (_, d) => ({
      weightIh: rows(weights, d),
      weightHh: rows(recurrentWeights, d),
      ...(biases && { biasIh: rows(biases, d), biasHh: rows(biases, d, order.length) }),
    }));
    const state = (i: number) => (c.inputs[i] ? swap(c.x(i)) : undefined);
    const lengths = c.optional(4);
    const cells = c.inputs[6] && { c0: state(6) };
    const [output, ...last] = run(c)(c.x(0), given, { ...options, lengths, h0: state(5), ...cells });
    // [.., directions·H] to ONNX's [T, directions, N, H], or [N, T, directions, H].
    const apart = w.reshape(output!, [...output!.shape.slice(0, 2), given.length, hidden]);
    return [byBatch ? apart : w.permute(apart, [0, 2, 1, 3]), ...last.map(swap)];
  };

export const recurrences: Readonly<Record<string, Operator>> = {
  LSTM: recurrent([0, 2, 3, 1], () => (...given) => {
    const { output, hN, cN } = w.lstm(...given);
    return [output, hN, cN];
  }),
  GRU: recurrent([1, 0, 2], (c) => (x, weights, options) => {
    const { output, hN } = w.gru(x, weights, { ...options, linearBeforeReset: c.int("linear_before_reset", 0) === 1 });
    return [output, hN];
  }),
  RNN: recurrent([0], () => (...given) => {
    const { output, hN } = w.rnn(...given);
    return [output, hN];
  }),
};
