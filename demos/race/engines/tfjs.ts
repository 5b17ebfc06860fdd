// TensorFlow.js on its WebGPU backend, as its own examples train: a layers model and optimizer.minimize; the GPT, for which
// it has no layers, with its core ops and variableGrads.
import { ADAM, DECAY, MOMENTUM, NORM_EPS, type Values, type Workload } from "../workloads";
import type { BenchEngine, Trainer } from "./engine";

// biome-ignore lint/suspicious/noExplicitAny: the package is loaded when the race is run
type Loose = any;

/** @param tf the package @tensorflow/tfjs, with @tensorflow/tfjs-backend-webgpu loaded as well */
export async function create(tf: Loose): Promise<BenchEngine> {
  if (!(await tf.setBackend("webgpu"))) throw new Error("TensorFlow.js has no WebGPU here");
  await tf.ready();
  tf.enableProdMode();
  const put = ({ shape, data }: Values) => tf.tensor(data, shape, data instanceof Int32Array ? "int32" : "float32");
  const crossEntropy = tf.losses.softmaxCrossEntropy;

  /** @param weights of each layer that has any, in order */
  function layersTrainer(model: Loose, weights: Values[][], x: Values, labels: Values, optimizer: Loose): Trainer {
    const layers = model.layers.filter((l: { weights: unknown[] }) => l.weights.length);
    for (const [i, layer] of layers.entries()) layer.setWeights(weights[i]!.map(put));
    const variables = model.trainableWeights.map((w: { read(): unknown }) => w.read());
    const classes = weights.at(-1)![0]!.shape[1];
    const [data, onehot] = [put(x), tf.oneHot(put(labels), classes).cast("float32")];
    const loss = () => crossEntropy(onehot, model.apply(data, { training: true }));
    return { step: (wanted) => valueAfter(optimizer.minimize(loss, wanted, variables)) };
  }

  async function valueAfter(cost: Loose): Promise<number | undefined> {
    if (!cost) return undefined;
    const [value] = await cost.data();
    cost.dispose();
    return value;
  }

  const adam = (lr: number) => tf.train.adam(lr, ADAM.beta1, ADAM.beta2, ADAM.eps);
  const dense = (units: number, more: object = {}) => tf.layers.dense({ units, ...more });
  return {
    version: tf.version.tfjs,
    async W1({ make, lr }: Workload) {
      const { x, labels, weights: w } = make();
      const [first, second] = [w.b0!, w.b1!].map(({ data }) => data.length) as [number, number];
      const hidden = [dense(first, { activation: "relu", inputShape: [784] }), dense(second, { activation: "relu" })];
      const model = tf.sequential({ layers: [...hidden, dense(10)] });
      const pairs = [0, 1, 2].map((i) => [w[`w${i}`]!, w[`b${i}`]!]);
      return layersTrainer(model, pairs, x, labels, tf.train.momentum(lr, MOMENTUM));
    },
    async W2({ make, lr }: Workload) {
      const { x, labels, weights: w } = make();
      const conv = (filters: number, more: object = {}) =>
        tf.layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu", ...more });
      const pool = () => tf.layers.maxPooling2d({ poolSize: 2 });
      const [a, b, units] = [w.c0!, w.c1!, w.b2!].map(({ data }) => data.length) as [number, number, number];
      const blocks = [conv(a, { inputShape: [28, 28, 1] }), pool(), conv(b), pool(), tf.layers.flatten()];
      const model = tf.sequential({ layers: [...blocks, dense(units, { activation: "relu" }), dense(10)] });
      const pairs = [
        [w.k0!, w.c0!],
        [w.k1!, w.c1!],
        [w.w2!, w.b2!],
        [w.w3!, w.b3!],
      ];
      return layersTrainer(model, pairs, x, labels, adam(lr));
    },
    async W3({ make, lr, sizes }: Workload) {
      const { x, labels, weights: w } = make();
      const { vocabulary, embedding, hidden, length } = sizes!;
      const lstm = { returnSequences: true, recurrentActivation: "sigmoid", recurrentInitializer: "glorotUniform" };
      const model = tf.sequential({
        layers: [
          tf.layers.embedding({ inputDim: vocabulary, outputDim: embedding, inputLength: length }),
          tf.layers.lstm({ units: hidden, ...lstm }),
          dense(vocabulary!),
        ],
      });
      const groups = [[w.embedding!], [w.wx!, w.wh!, w.b!], [w.wo!, w.bo!]];
      return layersTrainer(model, groups, x, labels, adam(lr));
    },
    async W4({ make, lr, sizes }: Workload) {
      const { x, labels, weights } = make();
      const { batch, length, width, heads, layers, vocabulary } = sizes as Record<string, number>;
      const p: Loose = Object.fromEntries(Object.entries(weights).map(([k, v]) => [k, tf.variable(put(v), true, k)]));
      const variables = Object.values(p) as Loose[];
      const rows = batch! * length!;
      const flat = (v: Values): Values => ({ shape: [rows], data: v.data });
      const [tokens, onehot] = [put(flat(x)), tf.oneHot(put(flat(labels)), vocabulary).cast("float32")];
      const mask = tf.tidy(() => tf.sub(1, tf.linalg.bandPart(tf.ones([length, length]), -1, 0)).mul(-1e9));
      const norm = (h: Loose, g: Loose, n: Loose) => {
        const { mean, variance } = tf.moments(h, -1, true);
        return h
          .sub(mean)
          .mul(tf.rsqrt(variance.add(NORM_EPS)))
          .mul(g)
          .add(n);
      };
      const gelu = (h: Loose) => {
        const inner = h.add(h.mul(h).mul(h).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
        return h.mul(0.5).mul(tf.tanh(inner).add(1));
      };
      const linear = (h: Loose, w: Loose, b: Loose) => tf.matMul(h, w).add(b);
      const byHead = (h: Loose) => h.reshape([batch, length, heads, width! / heads!]).transpose([0, 2, 1, 3]);
      const layer = (h: Loose, i: number) => {
        const qkv = linear(norm(h, p[`g1_${i}`], p[`n1_${i}`]), p[`qkv_${i}`], p[`bqkv_${i}`]);
        const [q, k, v] = tf.split(qkv, 3, 1).map(byHead);
        const scores = tf.matMul(q, k, false, true).mul(1 / Math.sqrt(width! / heads!));
        const mixed = tf
          .matMul(tf.softmax(scores.add(mask)), v)
          .transpose([0, 2, 1, 3])
          .reshape([rows, width]);
        const attended = h.add(linear(mixed, p[`proj_${i}`], p[`bproj_${i}`]));
        const wide = gelu(linear(norm(attended, p[`g2_${i}`], p[`n2_${i}`]), p[`up_${i}`], p[`bup_${i}`]));
        return attended.add(linear(wide, p[`down_${i}`], p[`bdown_${i}`]));
      };
      const loss = () => {
        const embedded = tf.gather(p.tokens, tokens).reshape([batch, length, width]).add(p.positions);
        let h = embedded.reshape([rows, width]);
        for (let i = 0; i < layers!; i++) h = layer(h, i);
        return crossEntropy(onehot, tf.matMul(norm(h, p.gf, p.nf), p.head));
      };
      // It has no AdamW: the matrices decay by themselves, then Adam moves them. The arithmetic is the same.
      const optimizer = adam(lr);
      const decayed = variables.filter((v) => v.rank === 2);
      return {
        step(wanted) {
          const cost = tf.tidy(() => {
            const { value, grads } = tf.variableGrads(loss, variables);
            for (const v of decayed) v.assign(v.mul(1 - lr * DECAY));
            optimizer.applyGradients(grads);
            return wanted ? value : null;
          });
          return valueAfter(cost);
        },
      };
    },
  };
}
