import { mulberry32, type Values } from "../../../demos/race/workloads";

/** What is asked of every engine. Layouts are PyTorch's; the others permute theirs beforehand. */
export type KernelOp =
  | "matmul"
  | "conv2d"
  | "convGradInput"
  | "convGradWeight"
  | "softmax"
  | "layerNorm"
  | "attention"
  | "pointwise"
  | "sum"
  | "adam"
  | "embeddingGrad"
  | "copy";

export interface KernelCase {
  readonly name: string;
  readonly op: KernelOp;
  readonly transA?: boolean;
  readonly transB?: boolean;
  /** Vectors that an invocation of a copy moves. */
  readonly each?: number;
  readonly inputs: readonly (readonly number[])[];
  readonly out: readonly number[];
  /** Floating-point operations, or bytes that must be moved at least. */
  readonly work: number;
  readonly unit: "GFLOP/s" | "GB/s";
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** A product of [m, k] and [k, n], either of them stored transposed. */
function product(m: number, k: number, n: number, form: "NN" | "NT" | "TN"): KernelCase {
  const [transA, transB] = [form[0] === "T", form[1] === "T"];
  return {
    name: `matmul [${m},${k}]×[${k},${n}] ${form}`,
    op: "matmul",
    transA,
    transB,
    inputs: [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n]],
    out: [m, n],
    work: 2 * m * k * n,
    unit: "GFLOP/s",
  };
}

type Form = "forward" | "input gradient" | "weight gradient";

/** A convolution 3×3 of `pictures` of a side and channels to other channels, or one of its gradients. */
function convolution(pictures: number, side: number, from: number, to: number, form: Form): KernelCase {
  const sizes = { x: [pictures, from, side, side], w: [to, from, 3, 3], y: [pictures, to, side, side] };
  const forms: Record<Form, [KernelOp, number[][], number[]]> = {
    forward: ["conv2d", [sizes.x, sizes.w], sizes.y],
    "input gradient": ["convGradInput", [sizes.y, sizes.w], sizes.x],
    "weight gradient": ["convGradWeight", [sizes.x, sizes.y], sizes.w],
  };
  const [op, inputs, out] = forms[form];
  const name = `conv 3×3, ${[pictures, from, side, side].join("×")} → ${to}, ${form}`;
  return { name, op, inputs, out, work: 2 * pictures * side * side * to * from * 9, unit: "GFLOP/s" };
}

const CONVOLUTION_FORMS: readonly Form[] = ["forward", "input gradient", "weight gradient"];

/** Causal attention of packed queries, keys and values [batch, length, 3 · heads · 64]; half of the products are needed. */
function attention(batch: number, length: number, heads: number): KernelCase {
  const [width, name] = [64 * heads, `attention, batch ${batch}, length ${length}, ${heads} heads of 64`];
  const [inputs, out] = [[[batch, length, 3 * width]], [batch, length, width]];
  return { name, op: "attention", inputs, out, work: 2 * batch * length * length * width, unit: "GFLOP/s" };
}

/** Rows of dOut [tokens, width] added up by the word of a vocabulary that each belongs to: each read, and each sum written, once. */
function embeddingGradient(tokens: number, width: number, vocabulary: number): KernelCase {
  const [inputs, out] = [
    [[tokens, width], [tokens]],
    [vocabulary, width],
  ];
  const name = `embedding gradient [${tokens},${width}] → [${out}]`;
  return { name, op: "embeddingGrad", inputs, out, work: 4 * (tokens + vocabulary) * width, unit: "GB/s" };
}

/** An op limited by memory. @param arrays how many arrays of the first input's size are read and written at least */
function moving(name: string, op: KernelOp, inputs: number[][], out: number[], arrays: number): KernelCase {
  return { name, op, inputs, out, work: 4 * arrays * sizeOf(inputs[0]!), unit: "GB/s" };
}

const M = 2 ** 20;

/** Plain vec4 copies: the faster one limits all that moves memory. */
const COPIES: readonly KernelCase[] = [1, 8].map((each) => ({
  ...moving(`copy of 4M, ${each} vec4 an invocation`, "copy", [[4 * M]], [4 * M], 2),
  each,
}));

const LARGEST = product(1024, 1024, 1024, "NN");

/** What training steps are compared with. */
export const CEILING = LARGEST.name;

export const CASES: readonly KernelCase[] = [
  ...COPIES,
  ...[256, 512].map((n) => product(n, n, n, "NN")),
  LARGEST,
  ...(["NN", "NT", "TN"] as const).flatMap((form) => [product(128, 784, 256, form), product(1024, 128, 512, form)]),
  ...CONVOLUTION_FORMS.map((form) => convolution(16, 32, 32, 64, form)),
  moving("softmax [4096,1024]", "softmax", [[4096, 1024]], [4096, 1024], 2),
  moving("layer norm [4096,512]", "layerNorm", [[4096, 512], [512], [512]], [4096, 512], 2),
  moving("8 pointwise ops on 4M", "pointwise", [[4 * M]], [4 * M], 2),
  moving("sum of 16M", "sum", [[16 * M]], [1], 1),
  // Read: parameter, gradient, both moments. Written: parameter, both moments.
  moving("Adam over 4M", "adam", [[4 * M]], [4 * M], 7),
  embeddingGradient(8192, 128, 5000),
];

/** What only a GPU gets through in reasonable time. */
export const LARGE_CASES: readonly KernelCase[] = [
  { ...moving("copy of 64M, 1 vec4 an invocation", "copy", [[64 * M]], [64 * M], 2), each: 1 },
  ...[1024, 2048, 4096, 8192].map((n) => product(n, n, n, "NN")),
  ...(["NT", "TN"] as const).map((form) => product(2048, 2048, 2048, form)),
  ...CONVOLUTION_FORMS.map((form) => convolution(64, 56, 64, 64, form)),
  ...CONVOLUTION_FORMS.map((form) => convolution(64, 28, 256, 256, form)),
  attention(8, 1024, 12),
  attention(2, 4096, 12),
  moving("softmax [16384,4096]", "softmax", [[16384, 4096]], [16384, 4096], 2),
  moving("layer norm [65536,512]", "layerNorm", [[65536, 512], [512], [512]], [65536, 512], 2),
  moving("8 pointwise ops on 64M", "pointwise", [[64 * M]], [64 * M], 2),
  moving("sum of 256M", "sum", [[256 * M]], [1], 1),
  moving("Adam over 64M", "adam", [[64 * M]], [64 * M], 7),
];

/** Numbers between -1 and 1, and words of a vocabulary, the same for every engine. */
export const inputsOf = ({ op, inputs, out }: KernelCase): Values[] =>
  inputs.map((shape, i) => {
    const random = mulberry32(i + 1);
    const length = sizeOf(shape);
    if (op === "embeddingGrad" && i === 1)
      return { shape, data: Int32Array.from({ length }, () => Math.floor(out[0]! * random())) };
    return { shape, data: Float32Array.from({ length }, () => 2 * random() - 1) };
  });

const MEMORY = 512 * M;
const MOVED = 1024 * M;
const FLOPS = 4e9;

export const caseOf = (name: string): KernelCase => [...CASES, ...LARGE_CASES].find((k) => k.name === name)!;

/** How many times one submission runs the op, so that its own cost does not count, within bounds of memory and time. */
export function copiesOf({ op, inputs, out, work, unit }: KernelCase): number {
  // The peers go through all words of the vocabulary for each row.
  if (op === "embeddingGrad") return 4;
  const bytes = 4 * (sizeOf(inputs[0]!) + sizeOf(out));
  const most = Math.min(MEMORY / bytes, (unit === "GB/s" ? MOVED : FLOPS) / work, 64);
  return Math.max(2, Math.floor(most));
}
