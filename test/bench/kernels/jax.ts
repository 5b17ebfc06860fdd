import { PEERS } from "../../../demos/race/peers";
import type { Values } from "../../../demos/race/workloads";
import type { KernelCase, KernelOp } from "./cases";
import { type KernelEngine, type Ready, tinyMatrices } from "./engine";

// biome-ignore lint/suspicious/noExplicitAny: the package is loaded when the benchmark is run
type Loose = any;

/** @param jax the package @jax-js/jax */
export async function create(jax: Loose): Promise<KernelEngine> {
  const { defaultDevice, grad, init, jit, lax, nn, numpy: np } = jax;
  if (!(await init("webgpu")).includes("webgpu")) throw new Error("jax-js has no WebGPU here");
  defaultDevice("webgpu");
  const put = ({ shape, data }: Values) => np.array(data).reshape([...shape]);
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
  };

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
