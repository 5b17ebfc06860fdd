// jax-js on WebGPU: the whole step, gradients and optimizer included, is one jit function. Its arrays count references:
// every use of a value but the last takes `.ref`.
import { PEERS } from "../peers";
import { ADAM, DECAY, MOMENTUM, NORM_EPS, permuted, type Values, type Workload } from "../workloads";
import type { BenchEngine, Trainer } from "./engine";

// biome-ignore lint/suspicious/noExplicitAny: the package is loaded when the race is run
type Loose = any;
type Arrays = Record<string, Loose>;
type Update = { init(p: Arrays): Arrays; next(state: Arrays, grads: Arrays): Arrays };
type Loss = (p: Arrays, x: Loose, labels: Loose) => Loose;

/** @param jax the package @jax-js/jax */
export async function create(jax: Loose): Promise<BenchEngine> {
  const { defaultDevice, init, jit, lax, nn, numpy: np, tree, valueAndGrad } = jax;
  if (!(await init("webgpu")).includes("webgpu")) throw new Error("jax-js has no WebGPU here");
  defaultDevice("webgpu");
  const put = ({ shape, data }: Values) =>
    np.array(data, data instanceof Int32Array ? { dtype: np.int32 } : {}).reshape([...shape]);
  const zerosLike = (p: Arrays): Arrays =>
    Object.fromEntries(Object.entries(p).map(([k, v]) => [k, np.zeros(v.shape)]));

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

  const adam = (lr: number, decay = 0): Update => ({
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
        let move = mean[k].ref.div(rest1.ref).div(scale);
        if (decay && p[k].ndim === 2) move = move.add(p[k].ref.mul(decay)); // AdamW
        params[k] = p[k].sub(move.mul(lr));
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

  const crossEntropy = (logits: Loose, labels: Loose, classes = 10) =>
    nn
      .logSoftmax(logits)
      .mul(nn.oneHot(labels, classes))
      .sum()
      .mul(-1 / logits.shape[0]);

  return {
    version: PEERS.jax.version,
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
      const [features, units] = w.w2!.shape as [number, number];
      const rows = permuted({ shape: [7, 7, features / 49, units], data: w.w2!.data }, [2, 0, 1, 3]);
      const biasOf = (v: Values): Values => ({ ...v, shape: [v.data.length, 1, 1] });
      const weights = {
        ...w,
        k0: permuted(w.k0!, [3, 2, 0, 1]),
        c0: biasOf(w.c0!),
        k1: permuted(w.k1!, [3, 2, 0, 1]),
        c1: biasOf(w.c1!),
        w2: { shape: [features, units], data: rows.data },
      };
      const block = (h: Loose, k: Loose, c: Loose) =>
        lax.reduceWindow(nn.relu(lax.convGeneralDilated(h, k, [1, 1], "SAME").add(c)), np.max, [2, 2], [2, 2]);
      const loss: Loss = (p, data, classes) => {
        const maps = block(block(data, p.k0, p.c0), p.k1, p.c1);
        const hidden = nn.relu(np.dot(maps.reshape([batch, features]), p.w2).add(p.b2));
        return crossEntropy(np.dot(hidden, p.w3).add(p.b3), classes);
      };
      return trainer(loss, adam(lr), weights, permuted(x, [0, 3, 1, 2]), labels);
    },
    // It has no scan: the steps are unrolled in the traced function. Time comes first.
    async W3({ make, lr, sizes }: Workload) {
      const { x, labels, weights } = make();
      const { batch, length, hidden, vocabulary } = sizes as Record<string, number>;
      const rows = batch! * length!;
      const loss: Loss = (p, tokens, next) => {
        const embedded = np.dot(nn.oneHot(tokens.reshape([rows]), vocabulary), p.embedding);
        const projected = np
          .dot(embedded, p.wx)
          .add(p.b)
          .reshape([length, batch, 4 * hidden!]);
        let [h, c] = [np.zeros([batch, hidden]), np.zeros([batch, hidden])];
        const outputs = np.split(projected, length, 0).map((z: Loose) => {
          const sums = z.reshape([batch, 4 * hidden!]).add(np.dot(h, p.wh.ref));
          const [i, f, g, o] = np.split(sums, 4, 1);
          c = nn
            .sigmoid(f)
            .mul(c)
            .add(nn.sigmoid(i).mul(np.tanh(g)));
          h = nn.sigmoid(o).mul(np.tanh(c.ref));
          return h.ref;
        });
        for (const left of [h, c, p.wh]) left.dispose();
        const logits = np.dot(np.stack(outputs).reshape([rows, hidden]), p.wo).add(p.bo);
        return crossEntropy(logits, next.reshape([rows]), vocabulary);
      };
      return trainer(loss, adam(lr), weights, permuted(x, [1, 0]), permuted(labels, [1, 0]));
    },
    async W4({ make, lr, sizes }: Workload) {
      const { x, labels, weights } = make();
      const { batch, length, width, heads, layers, vocabulary } = sizes as Record<string, number>;
      const rows = batch! * length!;
      const norm = (h: Loose, g: Loose, n: Loose) => nn.standardize(h, -1, { epsilon: NORM_EPS }).mul(g).add(n);
      const linear = (h: Loose, w: Loose, b: Loose) => np.dot(h, w).add(b);
      const byHead = (h: Loose) => h.reshape([batch, length, heads, width! / heads!]);
      const loss: Loss = (p, tokens, next) => {
        let h = np.take(p.tokens, tokens, 0).add(p.positions).reshape([rows, width]);
        for (let i = 0; i < layers!; i++) {
          const qkv = linear(norm(h.ref, p[`g1_${i}`], p[`n1_${i}`]), p[`qkv_${i}`], p[`bqkv_${i}`]);
          const [q, k, v] = np.split(qkv, 3, 1).map(byHead);
          const mixed = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([rows, width]);
          h = h.add(linear(mixed, p[`proj_${i}`], p[`bproj_${i}`]));
          const wide = linear(norm(h.ref, p[`g2_${i}`], p[`n2_${i}`]), p[`up_${i}`], p[`bup_${i}`]);
          h = h.add(linear(nn.gelu(wide), p[`down_${i}`], p[`bdown_${i}`]));
        }
        return crossEntropy(np.dot(norm(h, p.gf, p.nf), p.head), next.reshape([rows]), vocabulary);
      };
      return trainer(loss, adam(lr, DECAY), weights, x, labels);
    },
  };
}
