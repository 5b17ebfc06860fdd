import {
  Adam,
  add,
  conv2d,
  createEngine,
  type Engine,
  matmul,
  maxPool2d,
  type Optimizer,
  parameter,
  relu,
  reshape,
  SGD,
  softmaxCrossEntropy,
  type Tensor,
  tensor,
} from "../../../src/index";
import { ADAM, MOMENTUM, permuted, type Values, type Workload } from "../workloads";
import type { BenchEngine, Trainer } from "./engine";

const param = (name: string, { shape, data }: Values): Tensor =>
  parameter(name, { shape, dtype: "f32" }, () => data as Float32Array<ArrayBuffer>);

async function trainer(engine: Engine, optimizer: Optimizer, lossOf: () => Tensor): Promise<Trainer> {
  const step = await engine.capture({}, () => {
    const loss = lossOf();
    optimizer.step(loss);
    return { loss };
  });
  return {
    async step(wanted) {
      await step.run();
      return wanted ? (await step.read("loss"))[0] : undefined;
    },
  };
}

/** The workloads' weights are [in, out], a layer's are [out, in]; biases stay as they are. */
const outByIn = (w: Values): Values => (w.shape.length === 2 ? permuted(w, [1, 0]) : w);

const linear = (x: Tensor, w: Tensor, b: Tensor): Tensor => add(matmul(x, w, { transB: true }), b);

/** @param version what to call this engine's version */
export async function create(version: string): Promise<BenchEngine> {
  // Nothing that was measured on this machine before: the race is what a first visit gives.
  const engine = await createEngine({ tuning: false });
  return {
    version,
    adapter: engine.adapter.name,
    dispose: () => engine.dispose(),
    W1({ make, lr }: Workload) {
      const { x, labels, weights } = make();
      const p = Object.fromEntries(Object.entries(weights).map(([name, v]) => [name, param(name, outByIn(v))]));
      const [data, classes] = [tensor(x.data, x.shape), tensor(labels.data)];
      return trainer(engine, new SGD(Object.values(p), { lr, momentum: MOMENTUM }), () => {
        const layer = (h: Tensor, i: number) => linear(h, p[`w${i}`]!, p[`b${i}`]!);
        return softmaxCrossEntropy(layer(relu(layer(relu(layer(data, 0)), 1)), 2), classes);
      });
    },
    W2({ make, lr, batch }: Workload) {
      const { x, labels, weights: w } = make();
      const kernel = (name: string) => param(name, permuted(w[name]!, [3, 2, 0, 1]));
      // Rows of w2 follow (h, w, c); here features are flattened as (c, h, w).
      const w2 = permuted({ shape: [7, 7, 32, 128], data: w.w2!.data }, [2, 0, 1, 3]);
      const p = {
        k0: kernel("k0"),
        c0: param("c0", w.c0!),
        k1: kernel("k1"),
        c1: param("c1", w.c1!),
        w2: param("w2", outByIn({ shape: [1568, 128], data: w2.data })),
        b2: param("b2", w.b2!),
        w3: param("w3", outByIn(w.w3!)),
        b3: param("b3", w.b3!),
      };
      const pictures = permuted(x, [0, 3, 1, 2]);
      const [data, classes] = [tensor(pictures.data, pictures.shape), tensor(labels.data)];
      const optimizer = new Adam(Object.values(p), { lr, betas: [ADAM.beta1, ADAM.beta2], eps: ADAM.eps });
      const block = (h: Tensor, k: Tensor, c: Tensor) => maxPool2d(relu(conv2d(h, k, c, { padding: "same" })), 2);
      return trainer(engine, optimizer, () => {
        const features = reshape(block(block(data, p.k0, p.c0), p.k1, p.c1), [batch, 1568]);
        const hidden = relu(linear(features, p.w2, p.b2));
        return softmaxCrossEntropy(linear(hidden, p.w3, p.b3), classes);
      });
    },
    W3: () => Promise.reject(new Error("not yet")),
    W4: () => Promise.reject(new Error("not yet")),
  };
}
