import { ADAM, permuted, type Values } from "../../../demos/race/workloads";
import type { KernelCase, KernelOp } from "./cases";
import { type KernelEngine, type Ready, tinyMatrices } from "./engine";

// biome-ignore lint/suspicious/noExplicitAny: the package is loaded when the benchmark is run
type Loose = any;

const SAME = { strides: 1, pad: "same", dataFormat: "NHWC", dimRoundingMode: undefined };
const TO_NHWC = [0, 2, 3, 1];
const TO_HWIO = [2, 3, 1, 0];

/** Which inputs are pictures and which kernels, for ops whose layout is another. */
const LAYOUTS: Partial<Record<KernelOp, number[][]>> = {
  conv2d: [TO_NHWC, TO_HWIO],
  convGradInput: [TO_NHWC, TO_HWIO],
  convGradWeight: [TO_NHWC, TO_NHWC],
};

/** @param tf the package @tensorflow/tfjs, with @tensorflow/tfjs-backend-webgpu loaded as well */
export async function create(tf: Loose): Promise<KernelEngine> {
  if (!(await tf.setBackend("webgpu"))) throw new Error("TensorFlow.js has no WebGPU here");
  await tf.ready();
  tf.enableProdMode();
  const put = ({ shape, data }: Values) => tf.tensor(data, shape, data instanceof Int32Array ? "int32" : "float32");
  const shapeAs = (shape: readonly number[], axes: number[]) => axes.map((a) => shape[a]!);

  const ops: Partial<Record<KernelOp, (c: KernelCase, inputs: Loose[]) => Loose>> = {
    matmul: ({ transA = false, transB = false }, [a, b]) => tf.matMul(a, b, transA, transB),
    conv2d: (_, [x, w]) => tf.conv2d(x, w, 1, "same"),
    convGradInput: ({ out }, [dy, w]) => tf.conv2dTranspose(dy, w, shapeAs(out, TO_NHWC), 1, "same"),
    convGradWeight: ({ out }, [x, dy]) =>
      tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, { ...SAME, filterShape: shapeAs(out, TO_HWIO) }),
    softmax: (_, [x]) => tf.softmax(x),
    layerNorm(_, [x, weight, bias]) {
      const { mean, variance } = tf.moments(x, -1, true);
      return x
        .sub(mean)
        .mul(tf.rsqrt(variance.add(1e-5)))
        .mul(weight)
        .add(bias);
    },
    pointwise: (_, [x]) => tf.sqrt(tf.abs(tf.sigmoid(tf.relu(x.mul(1.5).add(0.25)).mul(0.5)).sub(0.5))),
    sum: (_, [x]) => tf.sum(x),
    embeddingGrad: ({ out }, [dOut, words]) => tf.unsortedSegmentSum(dOut, words, out[0]),
  };

  /** Steps of an optimizer of its own for each copy, by gradients that are there. */
  function prepareAdam([values]: readonly Values[], copies: number): Ready {
    const gradient = put(values!);
    const each = Array.from({ length: copies }, () => ({
      variable: tf.variable(put(values!)),
      optimizer: tf.train.adam(1e-3, ADAM.beta1, ADAM.beta2, ADAM.eps),
    }));
    return {
      async run() {
        for (const { variable, optimizer } of each) optimizer.applyGradients({ [variable.name]: gradient });
      },
      async fence() {
        const one = tf.tidy(() => each.at(-1)!.variable.slice([0], [1]));
        await one.data();
        one.dispose();
      },
      out: async () => [],
    };
  }

  function ready(compute: () => Loose, copies: number): Ready {
    let last: Loose;
    return {
      async run() {
        for (let i = 0; i < copies; i++) {
          last?.dispose();
          last = tf.tidy(compute);
        }
      },
      async fence() {
        const one = tf.tidy(() => last.reshape([-1]).slice([0], [1]));
        await one.data();
        one.dispose();
      },
      out: () => last.data(),
    };
  }

  return {
    version: tf.version.tfjs,
    async prepare(c, inputs, copies) {
      if (c.op === "adam") return prepareAdam(inputs, copies);
      const op = ops[c.op];
      if (!op) return null;
      const layout = LAYOUTS[c.op];
      const tensors = inputs.map((v, i) => put(layout ? permuted(v, layout[i]!) : v));
      return ready(() => op(c, tensors), copies);
    },
    async chain(count) {
      const [start, factor] = tinyMatrices().map(put);
      // Small tensors are computed on the CPU as long as they have never been on the GPU.
      const uploaded = tf.tidy(() =>
        tf
          .matMul(tf.ones([64, 64]), tf.ones([64, 64]))
          .slice([0, 0], [16, 16])
          .mul(start),
      );
      return ready(() => {
        let x = uploaded;
        for (let i = 0; i < count; i++) x = tf.matMul(x, factor);
        return x;
      }, 1);
    },
  };
}
