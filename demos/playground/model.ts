import {
  concat,
  GELU,
  LeakyReLU,
  Linear,
  type Module,
  mul,
  ReLU,
  Sequential,
  Sigmoid,
  sin,
  slice,
  square,
  Tanh,
  type Tensor,
} from "../../src/index";

const column = (x: Tensor, i: number) => slice(x, 1, i, i + 1); // [N, 2] → [N, 1]

/** What the network may be shown of a point (x₁, x₂). */
export const FEATURES = {
  x1: (x: Tensor) => column(x, 0),
  x2: (x: Tensor) => column(x, 1),
  x1Squared: (x: Tensor) => square(column(x, 0)),
  x2Squared: (x: Tensor) => square(column(x, 1)),
  product: (x: Tensor) => mul(column(x, 0), column(x, 1)),
  sinX1: (x: Tensor) => sin(mul(column(x, 0), 2)),
  sinX2: (x: Tensor) => sin(mul(column(x, 1), 2)),
};
export type Feature = keyof typeof FEATURES;

export const ACTIVATIONS = { tanh: Tanh, relu: ReLU, leakyRelu: LeakyReLU, gelu: GELU, sigmoid: Sigmoid };
export type Activation = keyof typeof ACTIVATIONS;

/**
 * A multi-layer perceptron on features of a point: p(orange) = σ(logit). Without hidden layers it is logistic regression.
 * Every second layer, from the third on, is what the hidden units say.
 */
export function playgroundModel(features: readonly Feature[], widths: readonly number[], activation: Activation) {
  const layers: (Module | ((x: Tensor) => Tensor))[] = [
    (x) =>
      concat(
        features.map((f) => FEATURES[f](x)),
        1,
      ),
  ];
  let inputs = features.length;
  for (const width of widths) {
    layers.push(new Linear(inputs, width), new ACTIVATIONS[activation]());
    inputs = width;
  }
  return new Sequential(...layers, new Linear(inputs, 1)); // [N, 2] → [N, 1], the logit
}
