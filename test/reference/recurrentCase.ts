// What the case files of recurrent networks share: inputs by name, weights as ops and as the reference take them.
import type { Tensor } from "../../src/graph/tensor";
import { concat } from "../../src/ops/concat";
import { reshape } from "../../src/ops/reshape";
import type { RecurrentWeights } from "../../src/ops/rnn";
import type { InputSpec, Reference } from "../ops/opCase";
import { type CellName, network, type Weights } from "./recurrent";

export interface NetworkAttrs {
  /** Layers times directions; default 1. */
  readonly weights?: number;
  readonly bidirectional?: boolean;
  readonly batchFirst?: boolean;
  readonly bias?: boolean;
  /** Inputs that follow x and the weights, in this order. */
  readonly given?: readonly ("h0" | "c0" | "lengths")[];
}

/** Several results as one, so that one test holds them all. */
export const joined = (tensors: readonly Tensor[]): Tensor => concat(tensors.map((t) => reshape(t, [-1])));

/** The inputs of a network: x, then of each layer and direction W_ih, W_hh, b_ih, b_hh, then what `given` names. */
export function networkInputs(
  gates: number,
  [steps, batch, features, hidden]: readonly [number, number, number, number],
  { weights = 1, bidirectional, batchFirst, bias = true, given = [] }: NetworkAttrs,
  lengths: readonly number[] = [],
): InputSpec[] {
  const directions = bidirectional ? 2 : 1;
  const rows = gates * hidden;
  const layers = Array.from({ length: weights }, (_, i): InputSpec[] => [
    [rows, i < directions ? features : directions * hidden],
    [rows, hidden],
    ...(bias ? [[rows], [rows]] : []),
  ]);
  const state = [weights, batch, hidden];
  const more = { h0: state, c0: state, lengths: { shape: [batch], dtype: "i32" as const, values: lengths } };
  const x = batchFirst ? [batch, steps, features] : [steps, batch, features];
  return [x, ...layers.flat(), ...given.map((name) => more[name])];
}

/** The inputs by what they are. */
function split<T>([x, ...rest]: readonly T[], { weights = 1, bias = true, given = [] }: NetworkAttrs) {
  const each = bias ? 4 : 2;
  const layers = Array.from({ length: weights }, (_, i) => rest.slice(i * each, (i + 1) * each));
  const more = Object.fromEntries(given.map((name, i) => [name, rest[weights * each + i]]));
  return { x: x!, layers, ...(more as { h0?: T; c0?: T; lengths?: T }) };
}

export function networkTensors(inputs: readonly Tensor[], attrs: NetworkAttrs) {
  const { x, layers, ...given } = split(inputs, attrs);
  const weights = layers.map(
    ([weightIh, weightHh, biasIh, biasHh]): RecurrentWeights => ({
      weightIh: weightIh!,
      weightHh: weightHh!,
      biasIh,
      biasHh,
    }),
  );
  const { bidirectional = false, batchFirst = false } = attrs;
  return { x, weights, options: { ...given, bidirectional, batchFirst } };
}

export function networkReference(cell: CellName, inputs: readonly Reference[], attrs: NetworkAttrs): Reference {
  const { x, layers, ...given } = split(inputs, attrs);
  const weights = layers.map(([ih, hh, ...bias]): Weights => ({ ih: ih!, hh: hh!, bias }));
  const { bidirectional, batchFirst } = attrs;
  return network(x, { cell, layers: weights, directions: bidirectional ? 2 : 1, batchFirst, ...given });
}

/** The inputs of one step: x, W_ih, W_hh, b_ih, b_hh, and the state h. */
export const cellInputs = (gates: number, batch: number, features: number, hidden: number): InputSpec[] => [
  [batch, features],
  [gates * hidden, features],
  [gates * hidden, hidden],
  [gates * hidden],
  [gates * hidden],
  [batch, hidden],
];

export const cellWeights = ([, weightIh, weightHh, biasIh, biasHh]: readonly Tensor[]): RecurrentWeights => ({
  weightIh: weightIh!,
  weightHh: weightHh!,
  biasIh,
  biasHh,
});

/** The states of each row after one step, h and then c, from those inputs and of an LSTM c. */
export function cellReference(cell: CellName, inputs: readonly Reference[]): Reference {
  const [x, ih, hh, biasIh, biasHh, h0, c0] = inputs as readonly Reference[];
  const layer = (t: Reference | undefined) => t && { ...t, shape: [1, ...t.shape] };
  const states = network(layer(x)!, {
    cell,
    layers: [{ ih: ih!, hh: hh!, bias: [biasIh, biasHh] }],
    h0: layer(h0),
    c0: layer(c0),
  });
  // The output of a single step is h again.
  const data = states.data.slice(h0!.data.length);
  return { data, shape: [data.length] };
}
