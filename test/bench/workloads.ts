/** An array with its shape. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/** A training step that every engine runs from the same numbers. Convolution layouts are NHWC and HWIO, as TensorFlow's. */
export interface Workload {
  readonly title: string;
  readonly batch: number;
  /** Floating-point operations of a step: three times those of the forward pass. */
  readonly flops: number;
  readonly lr: number;
  /** Losses after steps 1, 10 and 20 that every engine must give. */
  readonly losses: Readonly<Record<number, number>>;
  /** Inputs, labels and first weights, the same on every call. */
  make(): { x: Values; labels: Values; weights: Record<string, Values> };
}

/** The generator mulberry32 (public domain): small, seeded, the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const zeros = (...shape: number[]): Values => ({ shape, data: new Float32Array(sizeOf(shape)) });

/** One normal number from two uniform ones, by Box and Muller. */
const normals = (random: () => number, shape: readonly number[]): Values => ({
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  }),
});

function glorot(random: () => number, shape: readonly number[], fanIn: number, fanOut: number): Values {
  const bound = Math.sqrt(6 / (fanIn + fanOut));
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => -bound + 2 * bound * random()) };
}

const classes = (random: () => number, count: number, most: number): Values => ({
  shape: [count],
  data: Int32Array.from({ length: count }, () => Math.floor(random() * most)),
});

/** An MLP 784-256-128-10, batch 128, gradient descent with momentum 0.9. */
export const W1: Workload = {
  title: "MLP 784-256-128-10, batch 128, momentum",
  batch: 128,
  flops: 3 * 2 * 128 * (784 * 256 + 256 * 128 + 128 * 10),
  lr: 0.01,
  losses: { 1: 2.7803, 10: 1.30427, 20: 0.28333 },
  make() {
    const random = mulberry32(1);
    const weights: Record<string, Values> = {};
    const widths = [784, 256, 128, 10];
    for (let i = 0; i < 3; i++) {
      const [a, b] = [widths[i]!, widths[i + 1]!];
      weights[`w${i}`] = glorot(random, [a, b], a, b);
      weights[`b${i}`] = zeros(b);
    }
    return { x: normals(random, [128, 784]), labels: classes(random, 128, 10), weights };
  },
};

/** A LeNet-style CNN on 28 × 28, batch 64, Adam: two 3 × 3 convolutions, each with ReLU and pooling, two linear layers. */
export const W2: Workload = {
  title: "CNN 28×28, conv 16, conv 32, linear 128, batch 64, Adam",
  batch: 64,
  flops: 3 * 2 * 64 * (784 * 9 * 16 + 196 * 9 * 16 * 32 + 1568 * 128 + 128 * 10),
  lr: 1e-3,
  losses: { 1: 2.33211, 10: 1.3913, 20: 0.308 },
  make() {
    const random = mulberry32(2);
    const weights = {
      k0: glorot(random, [3, 3, 1, 16], 9, 144),
      c0: zeros(16),
      k1: glorot(random, [3, 3, 16, 32], 144, 288),
      c1: zeros(32),
      w2: glorot(random, [1568, 128], 1568, 128),
      b2: zeros(128),
      w3: glorot(random, [128, 10], 128, 10),
      b3: zeros(10),
    };
    return { x: normals(random, [64, 28, 28, 1]), labels: classes(random, 64, 10), weights };
  },
};

export const WORKLOADS: Readonly<Record<string, Workload>> = { W1, W2 };
export const ADAM = { beta1: 0.9, beta2: 0.999, eps: 1e-7 };
export const MOMENTUM = 0.9;

/** The array with its dimensions reordered. */
export function permuted({ shape, data }: Values, axes: readonly number[]): Values {
  const strides = shape.map((_, d) => sizeOf(shape.slice(d + 1)));
  const to = axes.map((a) => shape[a]!);
  const out = new Float32Array(data.length);
  const at = to.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    out[i] = data[at.reduce((n, v, d) => n + v * strides[axes[d]!]!, 0)]!;
    for (let d = to.length - 1; d >= 0 && ++at[d]! === to[d]; d--) at[d] = 0;
  }
  return { shape: to, data: out };
}
