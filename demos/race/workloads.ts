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
  /** Sizes that the model has besides those of its weights. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Losses after steps 1, 10 and 20 that every engine must give. */
  readonly losses: Readonly<Record<number, number>>;
  /** Inputs, labels and first weights, the same on every call. */
  make(): { x: Values; labels: Values; weights: Record<string, Values> };
}

/** The generator mulberry32 (public domain): small, seeded, the same everywhere. */
export function mulberry32(seed: number): () => number {
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
export const W1: Workload = mlp({ batch: 128, width: 256 });

/** {@link W1} in other sizes. */
export function mlp({ batch, width }: Record<"batch" | "width", number>): Workload {
  const widths = [784, width, width / 2, 10];
  return {
    title: `MLP ${widths.join("-")}, batch ${batch}, momentum`,
    batch,
    sizes: { width },
    flops: 3 * 2 * batch * (784 * width + (width * width) / 2 + (width / 2) * 10),
    lr: 0.01,
    losses: batch === 128 && width === 256 ? { 1: 2.7803, 10: 1.30427, 20: 0.28333 } : {},
    make() {
      const random = mulberry32(1);
      const weights: Record<string, Values> = {};
      for (let i = 0; i < 3; i++) {
        const [a, b] = [widths[i]!, widths[i + 1]!];
        weights[`w${i}`] = glorot(random, [a, b], a, b);
        weights[`b${i}`] = zeros(b);
      }
      return { x: normals(random, [batch, 784]), labels: classes(random, batch, 10), weights };
    },
  };
}

/** A LeNet-style CNN on 28 × 28, batch 64, Adam: two 3 × 3 convolutions, each with ReLU and pooling, two linear layers. */
export const W2: Workload = lenet({ batch: 64, channels: 16 });

/** {@link W2} in other sizes. */
export function lenet({ batch, channels: a }: Record<"batch" | "channels", number>): Workload {
  const [b, features, hidden] = [2 * a, 49 * 2 * a, 8 * a];
  return {
    title: `CNN 28×28, conv ${a}, conv ${b}, linear ${hidden}, batch ${batch}, Adam`,
    batch,
    sizes: { channels: a },
    flops: 3 * 2 * batch * (784 * 9 * a + 196 * 9 * a * b + features * hidden + hidden * 10),
    lr: 1e-3,
    losses: batch === 64 && a === 16 ? { 1: 2.33211, 10: 1.3913, 20: 0.308 } : {},
    make() {
      const random = mulberry32(2);
      const weights = {
        k0: glorot(random, [3, 3, 1, a], 9, 9 * a),
        c0: zeros(a),
        k1: glorot(random, [3, 3, a, b], 9 * a, 9 * b),
        c1: zeros(b),
        w2: glorot(random, [features, hidden], features, hidden),
        b2: zeros(hidden),
        w3: glorot(random, [hidden, 10], hidden, 10),
        b3: zeros(10),
      };
      return { x: normals(random, [batch, 28, 28, 1]), labels: classes(random, batch, 10), weights };
    },
  };
}

const ones = (...shape: number[]): Values => ({ shape, data: new Float32Array(sizeOf(shape)).fill(1) });

/** Normal numbers with a standard deviation. */
const scaled = (random: () => number, shape: readonly number[], std: number): Values => {
  const { data } = normals(random, shape);
  return { shape, data: Float32Array.from(data, (v) => std * v) };
};

/** Sequences of a noisy affine chain, which can be learnt, and the same moved on by one. */
function chains(random: () => number, { batch, length, vocabulary }: Record<string, number>) {
  const [x, labels] = [new Int32Array(batch! * length!), new Int32Array(batch! * length!)];
  const any = () => Math.floor(random() * vocabulary!);
  for (let b = 0; b < batch!; b++) {
    let token = any();
    for (let i = b * length!; i < (b + 1) * length!; i++) {
      x[i] = token;
      token = random() < 0.1 ? any() : (token * 5 + 17) % vocabulary!;
      labels[i] = token;
    }
  }
  const shape = [batch!, length!];
  return { x: { shape, data: x }, labels: { shape, data: labels } };
}

/** An LSTM over characters: embedding 32, hidden 128, 64 steps, batch 32, Adam. Gates in the order i, f, g, o. */
export const W3: Workload = lstmOverCharacters({ batch: 32, length: 64, hidden: 128 });

/** {@link W3} in other sizes. */
export function lstmOverCharacters({ batch, length, hidden }: Record<"batch" | "length" | "hidden", number>): Workload {
  const sizes = { batch, length, hidden, vocabulary: 64, embedding: 32 };
  const { vocabulary, embedding } = sizes;
  return {
    title: `LSTM over characters, hidden ${hidden}, ${length} steps, batch ${batch}, Adam`,
    batch,
    sizes,
    flops: 3 * 2 * batch * length * ((embedding + hidden) * 4 * hidden + hidden * vocabulary),
    lr: 2e-3,
    losses: batch === 32 && length === 64 && hidden === 128 ? { 1: 4.155, 10: 3.77479, 20: 3.0774 } : {},
    make() {
      const random = mulberry32(3);
      const bias = zeros(4 * hidden);
      bias.data.fill(1, hidden, 2 * hidden); // remember at first
      const weights = {
        embedding: scaled(random, [vocabulary, embedding], 0.5),
        wx: glorot(random, [embedding, 4 * hidden], embedding, 4 * hidden),
        wh: glorot(random, [hidden, 4 * hidden], hidden, 4 * hidden),
        b: bias,
        wo: glorot(random, [hidden, vocabulary], hidden, vocabulary),
        bo: zeros(vocabulary),
      };
      return { ...chains(random, sizes), weights };
    },
  };
}

/** A GPT: width 128, 4 heads, 4 layers, context 64, batch 16, AdamW on matrices. Norms first, tanh GELU. */
export const W4: Workload = tinyGpt({ batch: 16, length: 64, width: 128 });

/** {@link W4} in other sizes. */
export function tinyGpt({
  batch,
  length,
  width,
  heads = 4,
}: Record<"batch" | "length" | "width", number> & { heads?: number }): Workload {
  const sizes = { batch, length, width, vocabulary: 64, heads, layers: 4 };
  const { vocabulary, layers } = sizes;
  return {
    title: `GPT, width ${width}, 4 layers, context ${length}, batch ${batch}, AdamW`,
    batch,
    sizes,
    flops: 3 * 2 * batch * length * (layers * (12 * width * width + 2 * length * width) + width * vocabulary),
    lr: 1e-3,
    losses: batch === 16 && length === 64 && width === 128 ? { 1: 4.32143, 10: 1.29747, 20: 0.41795 } : {},
    make() {
      const random = mulberry32(4);
      const weights: Record<string, Values> = {};
      const matrix = (name: string, rows: number, columns: number) => {
        weights[name] = scaled(random, [rows, columns], 0.05);
      };
      matrix("tokens", vocabulary, width);
      matrix("positions", length, width);
      for (let i = 0; i < layers; i++) {
        Object.assign(weights, { [`g1_${i}`]: ones(width), [`n1_${i}`]: zeros(width) });
        matrix(`qkv_${i}`, width, 3 * width);
        weights[`bqkv_${i}`] = zeros(3 * width);
        matrix(`proj_${i}`, width, width);
        weights[`bproj_${i}`] = zeros(width);
        Object.assign(weights, { [`g2_${i}`]: ones(width), [`n2_${i}`]: zeros(width) });
        matrix(`up_${i}`, width, 4 * width);
        weights[`bup_${i}`] = zeros(4 * width);
        matrix(`down_${i}`, 4 * width, width);
        weights[`bdown_${i}`] = zeros(width);
      }
      Object.assign(weights, { gf: ones(width), nf: zeros(width) });
      matrix("head", width, vocabulary);
      return { ...chains(random, sizes), weights };
    },
  };
}

export type WorkloadName = "W1" | "W2" | "W3" | "W4";
export const WORKLOADS: Readonly<Record<WorkloadName, Workload>> = { W1, W2, W3, W4 };

/** A workload in other sizes than its own; sizes left out stay. */
export function resized(name: WorkloadName, sizes: Readonly<Record<string, number>>): Workload {
  const { batch } = WORKLOADS[name];
  const all = { batch, ...WORKLOADS[name].sizes, ...sizes } as Record<
    "batch" | "length" | "hidden" | "width" | "channels" | "heads",
    number
  >;
  return { W1: mlp, W2: lenet, W3: lstmOverCharacters, W4: tinyGpt }[name](all);
}

/** The sizes of a workload whose batch and width are `times` its own; heads stay as wide as they are. */
export function scaledUp(name: WorkloadName, times: number): Record<string, number> {
  const { batch, sizes = {} } = WORKLOADS[name];
  const wider = ["width", "channels", "hidden", "heads"].filter((s) => s in sizes);
  return { batch: times * batch, ...Object.fromEntries(wider.map((s) => [s, times * sizes[s]!])) };
}

/** Decay of the matrices of W4, and what its norms add to the variance. */
export const DECAY = 0.01;
export const NORM_EPS = 1e-5;
export const ADAM = { beta1: 0.9, beta2: 0.999, eps: 1e-7 };
export const MOMENTUM = 0.9;

/** The array with its dimensions reordered. */
export function permuted({ shape, data }: Values, axes: readonly number[]): Values {
  const strides = axes.map((a) => sizeOf(shape.slice(a + 1)));
  const to = axes.map((a) => shape[a]!);
  const out = new (data.constructor as Float32ArrayConstructor)(data.length);
  const at = to.map(() => 0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from]!;
    for (let d = to.length - 1; d >= 0; d--) {
      from += strides[d]!;
      if (++at[d]! < to[d]!) break;
      from -= strides[d]! * to[d]!;
      at[d] = 0;
    }
  }
  return { shape: to, data: out };
}
