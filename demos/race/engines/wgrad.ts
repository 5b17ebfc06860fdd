import {
  Adam,
  AdamW,
  add,
  conv2d,
  createEngine,
  type Engine,
  embedding,
  gelu,
  layerNorm,
  lstm,
  matmul,
  maxPool2d,
  multiHeadAttention,
  type Optimizer,
  parameter,
  relu,
  reshape,
  SGD,
  softmaxCrossEntropy,
  type Tensor,
  tensor,
} from "../../../src/index";
import { ADAM, DECAY, MOMENTUM, NORM_EPS, permuted, type Values, type Workload } from "../workloads";
import type { BenchEngine, Trainer } from "./engine";

const param = (name: string, { shape, data }: Values): Tensor =>
  parameter(name, { shape, dtype: "f32" }, () => data as Float32Array<ArrayBuffer>);

/** How the engine is asked to run; by default as a first visit finds it. */
export interface Manner {
  /** Chains of pointwise ops as one kernel; default true. */
  readonly fuse?: boolean;
  /** Kernels chosen by measuring them on this device before the first step; default false. */
  readonly tune?: boolean;
  /** f16 where the device has it, parameters in f32; default false. */
  readonly autocast?: boolean;
}

async function trainer(
  engine: Engine,
  { tune = false, autocast = false }: Manner,
  optimizer: Optimizer,
  lossOf: () => Tensor,
): Promise<Trainer> {
  const fn = () => {
    const loss = lossOf();
    optimizer.step(loss);
    return { loss };
  };
  const step = await engine.capture({}, fn, { autocast });
  const measured = tune ? await engine.tune(step) : [];
  return {
    measured,
    ways: Object.fromEntries(step.plan.choices.map(({ ways, way }) => [ways.key, way])),
    profile: () => step.profile(),
    async step(wanted) {
      await step.run();
      return wanted ? (await step.read("loss"))[0] : undefined;
    },
  };
}

/** The workloads' weights are [in, out], a layer's are [out, in]; biases stay as they are. */
const outByIn = (w: Values): Values => (w.shape.length === 2 ? permuted(w, [1, 0]) : w);

const adam = (lr: number) => ({ lr, betas: [ADAM.beta1, ADAM.beta2] as const, eps: ADAM.eps });

const linear = (x: Tensor, w: Tensor, b: Tensor): Tensor => add(matmul(x, w, { transB: true }), b);

/** @param version what to call this engine's version */
export async function create(version: string, manner: Manner = {}): Promise<BenchEngine> {
  // Nothing that was measured on this machine before: the race is what a first visit gives.
  const engine = await createEngine({ tuning: false, fuse: manner.fuse ?? true });
  return {
    version,
    adapter: engine.adapter.name,
    dispose: () => engine.dispose(),
    W1({ make, lr }: Workload) {
      const { x, labels, weights } = make();
      const p = Object.fromEntries(Object.entries(weights).map(([name, v]) => [name, param(name, outByIn(v))]));
      const [data, classes] = [tensor(x.data, x.shape), tensor(labels.data)];
      return trainer(engine, manner, new SGD(Object.values(p), { lr, momentum: MOMENTUM }), () => {
        const layer = (h: Tensor, i: number) => linear(h, p[`w${i}`]!, p[`b${i}`]!);
        return softmaxCrossEntropy(layer(relu(layer(relu(layer(data, 0)), 1)), 2), classes);
      });
    },
    W2({ make, lr, batch }: Workload) {
      const { x, labels, weights: w } = make();
      const kernel = (name: string) => param(name, permuted(w[name]!, [3, 2, 0, 1]));
      // Rows of w2 follow (h, w, c); here features are flattened as (c, h, w).
      const [features, units] = w.w2!.shape as [number, number];
      const w2 = permuted({ shape: [7, 7, features / 49, units], data: w.w2!.data }, [2, 0, 1, 3]);
      const p = {
        k0: kernel("k0"),
        c0: param("c0", w.c0!),
        k1: kernel("k1"),
        c1: param("c1", w.c1!),
        w2: param("w2", outByIn({ shape: [features, units], data: w2.data })),
        b2: param("b2", w.b2!),
        w3: param("w3", outByIn(w.w3!)),
        b3: param("b3", w.b3!),
      };
      const pictures = permuted(x, [0, 3, 1, 2]);
      const [data, classes] = [tensor(pictures.data, pictures.shape), tensor(labels.data)];
      const optimizer = new Adam(Object.values(p), adam(lr));
      const block = (h: Tensor, k: Tensor, c: Tensor) => maxPool2d(relu(conv2d(h, k, c, { padding: "same" })), 2);
      return trainer(engine, manner, optimizer, () => {
        const maps = block(block(data, p.k0, p.c0), p.k1, p.c1);
        const hidden = relu(linear(reshape(maps, [batch, features]), p.w2, p.b2));
        return softmaxCrossEntropy(linear(hidden, p.w3, p.b3), classes);
      });
    },
    W3({ make, lr }: Workload) {
      const { x, labels, weights: w } = make();
      const p = {
        embedding: param("embedding", w.embedding!),
        weightIh: param("wx", outByIn(w.wx!)),
        weightHh: param("wh", outByIn(w.wh!)),
        biasIh: param("b", w.b!),
        wo: param("wo", outByIn(w.wo!)),
        bo: param("bo", w.bo!),
      };
      // Time comes first, as the recurrence wants it.
      const [tokens, next] = [permuted(x, [1, 0]), permuted(labels, [1, 0])];
      const [data, classes] = [tensor(tokens.data, tokens.shape), tensor(next.data, next.shape)];
      return trainer(engine, manner, new Adam(Object.values(p), adam(lr)), () => {
        const { output } = lstm(embedding(p.embedding, data), [p]);
        return softmaxCrossEntropy(linear(output, p.wo, p.bo), classes);
      });
    },
    W4({ make, lr, sizes }: Workload) {
      const { x, labels, weights: w } = make();
      const { heads, layers } = sizes as Record<string, number>;
      const tables = ["tokens", "positions"];
      const p = Object.fromEntries(
        Object.entries(w).map(([name, v]) => [name, param(name, tables.includes(name) ? v : outByIn(v))]),
      ) as Record<string, Tensor>;
      const isMatrix = (t: Tensor) => t.shape.length === 2;
      const groups = [
        { parameters: Object.values(p).filter(isMatrix), weightDecay: DECAY },
        { parameters: Object.values(p).filter((t) => !isMatrix(t)), weightDecay: 0 },
      ];
      const [data, classes] = [tensor(x.data, x.shape), tensor(labels.data, labels.shape)];
      const norm = (h: Tensor, weight: Tensor, bias: Tensor) =>
        layerNorm(h, undefined, { weight, bias, eps: NORM_EPS });
      const block = (h: Tensor, i: number) => {
        const of = (name: string) => p[`${name}_${i}`]!;
        const qkv = linear(norm(h, of("g1"), of("n1")), of("qkv"), of("bqkv"));
        const mixed = multiHeadAttention([qkv], { heads: heads!, causal: true });
        const attended = add(h, linear(mixed, of("proj"), of("bproj")));
        const wide = gelu(linear(norm(attended, of("g2"), of("n2")), of("up"), of("bup")), { approximate: "tanh" });
        return add(attended, linear(wide, of("down"), of("bdown")));
      };
      return trainer(engine, manner, new AdamW(groups, adam(lr)), () => {
        let h = add(embedding(p.tokens!, data), p.positions!);
        for (let i = 0; i < layers!; i++) h = block(h, i);
        return softmaxCrossEntropy(matmul(norm(h, p.gf!, p.nf!), p.head!, { transB: true }), classes);
      });
    },
  };
}
