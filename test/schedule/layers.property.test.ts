// Steps of random networks of layers, with parameters that are cut out of packed ones and read by several layers: the planner
// refuses a plan that reads a tensor before it is made, and what is joined gives the numbers of one op a kernel.
import fc from "fast-check";
import { expect, test } from "vitest";
import { topological } from "../../src/graph/op";
import { data, parameter, type Tensor } from "../../src/graph/tensor";
import { trace } from "../../src/graph/trace";
import {
  add,
  concat,
  dropout,
  flip,
  gelu,
  gradients,
  l2Normalize,
  layerNorm,
  MultiheadAttention,
  matmul,
  mean,
  mul,
  multiHeadAttention,
  pad,
  permute,
  relu,
  reshape,
  sigmoid,
  slice,
  softmax,
  split,
  square,
  sub,
  sum,
} from "../../src/index";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { manualSeed } from "../../src/nn/init";
import { plan } from "../../src/schedule/plan";
import { Engine } from "../../src/train/engine";
import { describeOnDawn } from "../device";

const [BATCH, STEPS, WIDTH] = [2, 3, 8];

const numbers = (length: number, seed: number) => Float32Array.from({ length }, (_, i) => Math.sin(1.7 * i + seed));

/** Weights of one network: some of its own, some that all layers cut out of one. */
class Weights {
  readonly all: Tensor[] = [];
  readonly packed = this.make(4 * WIDTH, WIDTH);
  readonly packedBias = this.make(4 * WIDTH);

  make(...shape: number[]): Tensor {
    const length = shape.reduce((a, b) => a * b, 1);
    const made = parameter(`p${this.all.length}`, { shape, dtype: "f32" }, () => numbers(length, this.all.length));
    this.all.push(made);
    return made;
  }

  /** One of the four parts of the packed weight and bias. */
  part(n: number): { weight: Tensor; bias: Tensor } {
    const [from, to] = [(n % 4) * WIDTH, ((n % 4) + 1) * WIDTH];
    return { weight: slice(this.packed, 0, from, to), bias: slice(this.packedBias, 0, from, to) };
  }
}

type Layer = (x: Tensor, y: Tensor, w: Weights, n: number) => Tensor;

const layers: readonly Layer[] = [
  (x, _, w, n) => {
    const { weight, bias } = w.part(n);
    return add(matmul(x, weight, { transB: true }), bias);
  },
  (x, _, w) => add(matmul(x, w.make(WIDTH, WIDTH)), w.make(WIDTH)),
  (x, y, w, n) => add(matmul(add(x, y), w.part(n).weight), w.part(n + 1).bias),
  (x) => relu(x),
  (x, y) => add(x, y),
  (x, y) => mul(x, y),
  (x, y) => multiHeadAttention([x, y, y], { heads: 2 }),
  (x, _, w) => layerNorm(x, WIDTH, { weight: w.make(WIDTH), bias: w.make(WIDTH) }),
  (x, y) => concat([slice(x, -1, 0, WIDTH / 2), slice(y, -1, WIDTH / 2)], -1),
  (x, y) => mul(softmax(x, -1), y),
  (x, _, w) => pad(add(matmul(slice(x, 1, 1), w.make(WIDTH, WIDTH)), w.make(WIDTH)), [0, 0, 1, 0]),
  (x, _, w) => {
    const inner = gelu(add(matmul(x, w.make(WIDTH, 2 * WIDTH)), w.make(2 * WIDTH)));
    return add(matmul(inner, w.make(2 * WIDTH, WIDTH)), w.make(WIDTH));
  },
  (x) => sub(x, mean(x, -1, { keepDims: true })),
  (x, y) => add(x, flip(y, 1)),
  (x, y) => dropout(add(x, y), 0.3),
  (x, y) => l2Normalize(add(x, y)),
  (x) => {
    const [a, b] = split(x, WIDTH / 2, -1) as [Tensor, Tensor];
    return concat([mul(a, sigmoid(b)), a], -1);
  },
  (x) => reshape(permute(reshape(x, [BATCH, STEPS, 2, WIDTH / 2]), [0, 2, 1, 3]), [BATCH, STEPS, WIDTH]),
];

interface Choice {
  readonly layer: number;
  readonly x: number;
  readonly y: number;
  readonly part: number;
}

/** The loss of a network, and the gradients of all that it uses. */
function network(choices: readonly Choice[]): Tensor[] {
  const w = new Weights();
  const shape = [BATCH, STEPS, WIDTH];
  const values = [data({ shape, dtype: "f32" }, numbers(BATCH * STEPS * WIDTH, 0.5))];
  for (const { layer, x, y, part } of choices) {
    const [a, b] = [values[x % values.length]!, values[y % values.length]!];
    values.push(layers[layer]!(a, b, w, part));
  }
  const loss = add(mean(square(values.at(-1)!)), mean(values[values.length >> 1]!));
  const used = new Set(topological([loss]));
  const parameters = w.all.filter((p) => used.has(p));
  return [loss, ...gradients(loss, parameters)];
}

const index = fc.nat({ max: 12 });
const networks = fc.array(fc.record({ layer: fc.nat({ max: layers.length - 1 }), x: index, y: index, part: index }), {
  minLength: 3,
  maxLength: 10,
});

test.each([true, false])("plans of 300 networks read what is made, cpu %s", (cpu) => {
  const target = { ...BASELINE_TARGET, cpu };
  fc.assert(
    fc.property(networks, (choices) => {
      const { result, updates } = trace(() => network(choices));
      plan({ outputs: result, updates, inputs: [], target, fuse: true });
    }),
    { seed: 1, numRuns: 300 },
  );
});

await describeOnDawn("gradients of a packed bias", (engine) => {
  test("whose parts are read by several products, beside those of its weight", async () => {
    const apart = await Engine.create({ fuse: false, tuning: false });
    manualSeed(3);
    const attention = new MultiheadAttention(16, 4);
    const q = data({ shape: [4, 5, 16], dtype: "f32" }, numbers(320, 1));
    const k = data({ shape: [4, 6, 16], dtype: "f32" }, numbers(384, 2));
    const weights = data({ shape: [4, 5, 16], dtype: "f32" }, numbers(320, 5));
    const loss = sum(mul(attention.attend(q, k, k), weights));
    const wanted = gradients(loss, [attention.inProjBias!, attention.inProjWeight]);
    const [joined, single] = [await engine.read(wanted), await apart.read(wanted)];
    const error = joined.map((values, i) => Math.max(...values.map((v, j) => Math.abs(v - single[i]![j]!))));
    expect(Math.max(...error)).toBeLessThan(1e-4);
    apart.dispose();
  });
});
