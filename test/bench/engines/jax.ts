// jax-js on WebGPU: the whole step, gradients and optimizer included, is one jit function. Its arrays count references:
// every use of a value but the last takes `.ref`.
import { defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { ADAM, MOMENTUM, permuted, type Values, type Workload } from "../workloads";
import type { BenchEngine, Trainer } from "./engine";

// biome-ignore lint/suspicious/noExplicitAny: the package is installed when the benchmark runs
type Arrays = Record<string, any>;
type Update = { init(p: Arrays): Arrays; next(state: Arrays, grads: Arrays): Arrays };
// biome-ignore lint/suspicious/noExplicitAny: as above
type Loss = (p: Arrays, x: any, labels: any) => any;

const put = ({ shape, data }: Values) =>
  np.array(data, data instanceof Int32Array ? { dtype: np.int32 } : {}).reshape([...shape]);
const zerosLike = (p: Arrays): Arrays => Object.fromEntries(Object.entries(p).map(([k, v]) => [k, np.zeros(v.shape)]));

const momentum = (lr: number): Update => ({
  init: (p) => ({ p, v: zerosLike(p) }),
  next({ p, v }, grads) {
    const [params, velocity]: [Arrays, Arrays] = [{}, {}];
    for (const k in p) {
      velocity[k] = v[k].mul(MOMENTUM).add(grads[k]);
      params[k] = p[k].sub(velocity[k].ref.mul(lr));
    }
    return { p: params, v: velocity };
  },
});

const adam = (lr: number): Update => ({
  init: (p) => ({ p, m: zerosLike(p), v: zerosLike(p), t: np.array([0]).reshape([]) }),
  next({ p, m, v, t: before }, grads) {
    const [params, mean, variance]: [Arrays, Arrays, Arrays] = [{}, {}, {}];
    const t = before.add(1);
    const rest1 = np.subtract(1, np.power(ADAM.beta1, t.ref));
    const rest2 = np.subtract(1, np.power(ADAM.beta2, t.ref));
    for (const k in p) {
      mean[k] = m[k].mul(ADAM.beta1).add(grads[k].ref.mul(1 - ADAM.beta1));
      variance[k] = v[k].mul(ADAM.beta2).add(np.square(grads[k]).mul(1 - ADAM.beta2));
      const scale = np.sqrt(variance[k].ref.div(rest2.ref)).add(ADAM.eps);
      params[k] = p[k].sub(mean[k].ref.div(rest1.ref).div(scale).mul(lr));
    }
    rest1.dispose();
    rest2.dispose();
    return { p: params, m: mean, v: variance, t };
  },
});

function trainer(loss: Loss, update: Update, weights: Record<string, Values>, x: Values, labels: Values): Trainer {
  let state = update.init(Object.fromEntries(Object.entries(weights).map(([k, v]) => [k, put(v)])));
  const [data, classes] = [put(x), put(labels)];
  const next = jit((s: Arrays, d: unknown, c: unknown) => {
    const [value, grads] = valueAndGrad(loss)(tree.ref(s.p), d, c);
    return [value, update.next(s, grads)];
  });
  return {
    async step(wanted) {
      const [value, after] = next(state, data.ref, classes.ref);
      state = after;
      // The library is lazy: without this, the work of many steps and its buffers pile up.
      await value.blockUntilReady();
      if (wanted) return (await value.data())[0];
      value.dispose();
      return undefined;
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
const crossEntropy = (logits: any, labels: any) =>
  nn
    .logSoftmax(logits)
    .mul(nn.oneHot(labels, 10))
    .sum()
    .mul(-1 / logits.shape[0]);

export async function create(): Promise<BenchEngine> {
  if (!(await init("webgpu")).includes("webgpu")) throw new Error("jax-js has no WebGPU here");
  defaultDevice("webgpu");
  return {
    version: "0.1",
    async W1({ make, lr }: Workload) {
      const { x, labels, weights } = make();
      const loss: Loss = (p, data, classes) => {
        const first = nn.relu(np.dot(data, p.w0).add(p.b0));
        const second = nn.relu(np.dot(first, p.w1).add(p.b1));
        return crossEntropy(np.dot(second, p.w2).add(p.b2), classes);
      };
      return trainer(loss, momentum(lr), weights, x, labels);
    },
    async W2({ make, lr, batch }: Workload) {
      const { x, labels, weights: w } = make();
      const rows = permuted({ shape: [7, 7, 32, 128], data: w.w2!.data }, [2, 0, 1, 3]);
      const weights = {
        ...w,
        k0: permuted(w.k0!, [3, 2, 0, 1]),
        c0: { ...w.c0!, shape: [16, 1, 1] },
        k1: permuted(w.k1!, [3, 2, 0, 1]),
        c1: { ...w.c1!, shape: [32, 1, 1] },
        w2: { shape: [1568, 128], data: rows.data },
      };
      // biome-ignore lint/suspicious/noExplicitAny: as above
      const block = (h: any, k: any, c: any) =>
        lax.reduceWindow(nn.relu(lax.convGeneralDilated(h, k, [1, 1], "SAME").add(c)), np.max, [2, 2], [2, 2]);
      const loss: Loss = (p, data, classes) => {
        const features = block(block(data, p.k0, p.c0), p.k1, p.c1).reshape([batch, 1568]);
        const hidden = nn.relu(np.dot(features, p.w2).add(p.b2));
        return crossEntropy(np.dot(hidden, p.w3).add(p.b3), classes);
      };
      return trainer(loss, adam(lr), weights, permuted(x, [0, 3, 1, 2]), labels);
    },
  };
}
