import { PEERS } from "../../../demos/race/peers";
import { ADAM, type Values } from "../../../demos/race/workloads";
import type { KernelCase, KernelOp } from "./cases";
import { type KernelEngine, type Ready, tinyMatrices } from "./engine";

// biome-ignore lint/suspicious/noExplicitAny: the package is loaded when the benchmark is run
type Loose = any;

/** @param jax the package @jax-js/jax */
export async function create(jax: Loose): Promise<KernelEngine> {
  const { defaultDevice, grad, init, jit, lax, nn, numpy: np } = jax;
  if (!(await init("webgpu")).includes("webgpu")) throw new Error("jax-js has no WebGPU here");
  defaultDevice("webgpu");
  const put = ({ shape, data }: Values) =>
    np.array(data, data instanceof Int32Array ? { dtype: np.int32 } : {}).reshape([...shape]);
  const conv = (x: Loose, w: Loose) => lax.convGeneralDilated(x, w, [1, 1], "SAME");

  const ops: Partial<Record<KernelOp, (c: KernelCase, inputs: Loose[]) => Loose>> = {
    matmul: ({ transA, transB }, [a, b]) => np.matmul(transA ? np.transpose(a) : a, transB ? np.transpose(b) : b),
    conv2d: (_, [x, w]) => conv(x, w),
    convGradInput: ({ out }, [dOut, w]) => grad((x: Loose) => conv(x, w).mul(dOut).sum())(np.zeros([...out])),
    convGradWeight: ({ out }, [x, dOut]) => grad((w: Loose) => conv(x, w).mul(dOut).sum())(np.zeros([...out])),
    softmax: (_, [x]) => nn.softmax(x),
    layerNorm: (_, [x, weight, bias]) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight).add(bias),
    pointwise: (_, [x]) => np.sqrt(np.abs(nn.sigmoid(nn.relu(x.mul(1.5).add(0.25)).mul(0.5)).sub(0.5))),
    sum: (_, [x]) => x.sum(),
    embeddingGrad: ({ out }, [dOut, words]) =>
      grad((weight: Loose) => np.take(weight, words, 0).mul(dOut).sum())(np.zeros([...out])),
  };

  /** Steps by gradients that are there, each copy with its own parameters and moments. */
  function prepareAdam([values]: readonly Values[], copies: number): Ready {
    const gradient = put(values!);
    const next = jit((p: Loose, m: Loose, v: Loose, t: Loose, g: Loose) => {
      const mean = m.mul(ADAM.beta1).add(g.ref.mul(1 - ADAM.beta1));
      const variance = v.mul(ADAM.beta2).add(np.square(g).mul(1 - ADAM.beta2));
      const count = t.add(1);
      const rest1 = np.subtract(1, np.power(ADAM.beta1, count.ref));
      const rest2 = np.subtract(1, np.power(ADAM.beta2, count.ref));
      const root = np.sqrt(variance.ref.div(rest2)).add(ADAM.eps);
      return [p.sub(mean.ref.div(rest1).div(root).mul(1e-3)), mean, variance, count];
    });
    const zeros = () => np.zeros([...values!.shape]);
    let states: Loose[][] = Array.from({ length: copies }, () => [put(values!), zeros(), zeros(), np.array([0])]);
    const done = () => Promise.all(states.flat().map((a) => a.blockUntilReady()));
    return {
      async run() {
        states = states.map((s) => next(...s, gradient.ref));
        await done();
      },
      fence: async () => void (await done()),
      out: async () => [],
    };
  }

  function ready(compute: () => Loose, copies: number): Ready {
    let outs: Loose[] = [];
    let done: Promise<unknown> = Promise.resolve();
    return {
      // Results that nobody waits for are not computed. One run is under way while the next is asked for.
      async run() {
        const [before, doneBefore] = [outs, done];
        outs = Array.from({ length: copies }, compute);
        done = Promise.all(outs.map((o) => o.blockUntilReady()));
        await doneBefore;
        for (const o of before) o.dispose();
      },
      async fence() {
        await done;
      },
      out: () => outs[0].ref.data(),
    };
  }

  return {
    version: PEERS.jax.version,
    async prepare(c, inputs, copies) {
      if (c.op === "adam") return prepareAdam(inputs, copies);
      const op = ops[c.op];
      if (!op) return null;
      const arrays = inputs.map(put);
      const compiled = jit((...args: Loose[]) => op(c, args));
      return ready(() => compiled(...arrays.map((a) => a.ref)), copies);
    },
    async chain(count) {
      const [start, factor] = tinyMatrices().map(put);
      const compiled = jit((x: Loose, w: Loose) => {
        let y = x;
        for (let i = 0; i < count; i++) y = np.dot(y, i < count - 1 ? w.ref : w);
        return y;
      });
      return ready(() => compiled(start.ref, factor.ref), 1);
    },
  };
}
