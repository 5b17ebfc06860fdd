import type { Values } from "../../../demos/race/workloads";
import {
  Adam,
  abs,
  add,
  conv2d,
  createEngine,
  type Engine,
  embedding,
  gradients,
  layerNorm,
  matmul,
  mul,
  multiHeadAttention,
  parameter,
  relu,
  sigmoid,
  softmax,
  sqrt,
  state,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../../../src/index";
import type { KernelCase, KernelOp } from "./cases";
import { type KernelEngine, type Ready, tinyMatrices } from "./engine";

const stored = ({ shape, data }: Values, name: string): Tensor =>
  state(name, { shape, dtype: data instanceof Int32Array ? "i32" : "f32" }, () => data);

const conv = (x: Tensor, w: Tensor) => conv2d(x, w, null, { padding: "same" });
const absent = (shape: readonly number[]) => state("absent", { shape, dtype: "f32" });

const OPS: Partial<Record<KernelOp, (c: KernelCase, inputs: Tensor[]) => Tensor>> = {
  matmul: ({ transA = false, transB = false }, [a, b]) => matmul(a!, b!, { transA, transB }),
  conv2d: (_, [x, w]) => conv(x!, w!),
  convGradInput({ out }, [dOut, w]) {
    const x = absent(out);
    return gradients(conv(x, w!), [x], dOut)[0]!;
  },
  convGradWeight({ out }, [x, dOut]) {
    const w = absent(out);
    return gradients(conv(x!, w), [w], dOut)[0]!;
  },
  attention: ({ out }, [qkv]) => multiHeadAttention([qkv!], { heads: out[2]! / 64, causal: true }),
  softmax: (_, [x]) => softmax(x!),
  layerNorm: (_, [x, weight, bias]) => layerNorm(x!, [512], { weight: weight!, bias: bias! }),
  pointwise: (_, [x]) => sqrt(abs(sub(sigmoid(mul(relu(add(mul(x!, 1.5), 0.25)), 0.5)), 0.5))),
  sum: (_, [x]) => sum(x!),
  embeddingGrad({ out }, [dOut, words]) {
    const weight = absent(out);
    return gradients(embedding(weight, words!), [weight], dOut)[0]!;
  },
};

/** Reads one number that was asked for after everything else. */
const fenceOf = (engine: Engine) => async () => {
  await engine.read(mul(tensor([1]), 2));
};

async function prepareAdam(engine: Engine, [values]: readonly Values[], copies: number): Promise<Ready> {
  const parameters = Array.from({ length: copies }, (_, i) =>
    parameter(`p${i}`, { shape: values!.shape, dtype: "f32" }, () => values!.data as Float32Array<ArrayBuffer>),
  );
  const optimizers = parameters.map((p) => new Adam([p], { lr: 1e-3 }));
  const step = await engine.capture({}, () => {
    optimizers.forEach((o, i) => {
      o.step(sum(parameters[i]!));
    });
    return { lr: mul(optimizers[0]!.lr, 1) };
  });
  return { run: () => step.run(), fence: fenceOf(engine), out: async () => [] };
}

/** @param tune whether the ways of each op are measured, and the fastest is run */
export async function create(version: string, tune = false): Promise<KernelEngine> {
  const engine = await createEngine({ tuning: false });
  return {
    version,
    adapter: engine.adapter.name,
    async prepare(c, inputs, copies) {
      if (c.op === "adam") return prepareAdam(engine, inputs, copies);
      const op = OPS[c.op];
      if (!op) return null;
      const others = inputs.slice(1).map((v, i) => stored(v, `input${i + 1}`));
      // An input of its own for each copy: equal ops on equal inputs would be computed once.
      const step = await engine.capture({}, () =>
        Object.fromEntries(
          Array.from({ length: copies }, (_, i) => [`out${i}`, op(c, [stored(inputs[0]!, `in${i}`), ...others])]),
        ),
      );
      const measured = tune ? await engine.tune(step) : [];
      return { run: () => step.run(), fence: fenceOf(engine), out: () => step.read("out0"), measured };
    },
    async chain(count) {
      const [start, factor] = tinyMatrices().map((v, i) => stored(v, `tiny${i}`));
      const step = await engine.capture({}, () => {
        let x = start!;
        for (let i = 0; i < count; i++) x = matmul(x, factor!);
        return { x };
      });
      return { run: () => step.run(), fence: fenceOf(engine), out: () => step.read("x") };
    },
  };
}
