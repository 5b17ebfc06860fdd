// TensorFlow.js on its WebGPU backend, as its own examples train: a layers model and optimizer.minimize.
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { ADAM, MOMENTUM, type Values, type Workload } from "../workloads";
import type { BenchEngine, Trainer } from "./engine";

// biome-ignore lint/suspicious/noExplicitAny: the package is installed when the benchmark runs
type Loose = any;

const put = ({ shape, data }: Values) => tf.tensor(data, shape, data instanceof Int32Array ? "int32" : "float32");

/** @param model layers whose weights are set, in order, to pairs of `weights` */
function trainer(model: Loose, weights: Values[][], x: Values, labels: Values, optimizer: Loose): Trainer {
  const layers = model.layers.filter((l: { weights: unknown[] }) => l.weights.length);
  for (const [i, layer] of layers.entries()) layer.setWeights(weights[i]!.map(put));
  const variables = model.trainableWeights.map((w: { read(): unknown }) => w.read());
  const [data, onehot] = [put(x), tf.oneHot(put(labels), 10).cast("float32")];
  const loss = () => tf.losses.softmaxCrossEntropy(onehot, model.apply(data, { training: true }));
  return {
    async step(wanted) {
      const cost = optimizer.minimize(loss, wanted, variables);
      if (!cost) return undefined;
      const [value] = await cost.data();
      cost.dispose();
      return value;
    },
  };
}

export async function create(): Promise<BenchEngine> {
  if (!(await tf.setBackend("webgpu"))) throw new Error("TensorFlow.js has no WebGPU here");
  await tf.ready();
  tf.enableProdMode();
  const dense = (units: number, more: object = {}) => tf.layers.dense({ units, ...more });
  return {
    version: tf.version.tfjs,
    async W1({ make, lr }: Workload) {
      const { x, labels, weights: w } = make();
      const model = tf.sequential({
        layers: [dense(256, { activation: "relu", inputShape: [784] }), dense(128, { activation: "relu" }), dense(10)],
      });
      const pairs = [0, 1, 2].map((i) => [w[`w${i}`]!, w[`b${i}`]!]);
      return trainer(model, pairs, x, labels, tf.train.momentum(lr, MOMENTUM));
    },
    async W2({ make, lr }: Workload) {
      const { x, labels, weights: w } = make();
      const conv = (filters: number, more: object = {}) =>
        tf.layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu", ...more });
      const pool = () => tf.layers.maxPooling2d({ poolSize: 2 });
      const model = tf.sequential({
        layers: [
          conv(16, { inputShape: [28, 28, 1] }),
          pool(),
          conv(32),
          pool(),
          tf.layers.flatten(),
          dense(128, { activation: "relu" }),
          dense(10),
        ],
      });
      const pairs = [
        [w.k0!, w.c0!],
        [w.k1!, w.c1!],
        [w.w2!, w.b2!],
        [w.w3!, w.b3!],
      ];
      return trainer(model, pairs, x, labels, tf.train.adam(lr, ADAM.beta1, ADAM.beta2, ADAM.eps));
    },
  };
}
