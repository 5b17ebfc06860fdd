import * as w from "../../../src/index";
import { axisLast, type Call, fromFirst, type Operator, want } from "../value";

interface Keep {
  readonly keepDims: boolean;
}

/** Axes are an attribute or an operand; none means all, or with `noop_with_empty_axes` nothing. */
const reduce =
  (f: (x: w.Tensor, axes: readonly number[] | undefined, keep: Keep) => w.Tensor): Operator =>
  async (c) => {
    const given = await c.intsOrInput("axes", 1);
    const axes = given?.length ? given : undefined;
    if (!axes && c.int("noop_with_empty_axes", 0)) return c.x();
    return f(c.x(), axes, { keepDims: c.int("keepdims", 1) === 1 });
  };

const extreme =
  (f: typeof w.argMax): Operator =>
  (c) => {
    const axis = c.int("axis", 0);
    const keep = { keepDims: c.int("keepdims", 1) === 1 };
    if (!c.int("select_last_index", 0)) return f(c.x(), axis, keep);
    // The last of equal elements is the first from behind.
    const x = c.x();
    return w.sub(x.shape[fromFirst(axis, x.shape.length)]! - 1, f(w.flip(x, axis), axis, keep));
  };

/** Before version 13 the dimensions from `axis` on are one row. */
const rowwise =
  (f: (x: w.Tensor, axis: number) => w.Tensor): Operator =>
  (c) => {
    const x = c.x();
    if (c.opset >= 13) return f(x, c.int("axis", -1));
    const axis = fromFirst(c.int("axis", 1), x.shape.length);
    const rows = x.shape.slice(0, axis).reduce((n, s) => n * s, 1);
    return w.reshape(f(w.reshape(x, [rows, -1]), 1), x.shape);
  };

async function cumulative(c: Call): Promise<w.Tensor> {
  const x = c.x();
  const [axis] = (await c.numbers(1)) as [number];
  const sums = w.cumsum(x, axis, { reverse: c.int("reverse", 0) === 1 });
  return c.int("exclusive", 0) ? w.sub(sums, x) : sums;
}

async function topK(c: Call): Promise<w.Tensor[]> {
  const [k] = (await c.intsOrInput("k", 1)) as [number];
  const { values, indices } = w.topK(c.x(), k, c.int("axis", -1), { largest: c.int("largest", 1) === 1 });
  return [values, indices];
}

function gemm(c: Call): w.Tensor {
  const [transA, transB] = [c.int("transA", 0) === 1, c.int("transB", 0) === 1];
  const [alpha, beta] = [c.float("alpha", 1), c.float("beta", 1)];
  const product = w.mul(w.matmul(c.x(0), c.x(1), { transA, transB }), alpha);
  const bias = c.optional(2);
  return bias ? w.add(product, w.mul(bias, beta)) : product;
}

/** Losses of classes: wgrad has them in the last dimension, ONNX in the second. */
const classLoss =
  (f: typeof w.nllLoss | typeof w.softmaxCrossEntropy): Operator =>
  (c) => {
    const [x, labels, weight] = [c.x(0), c.x(1), c.optional(2)];
    const { there, back } = axisLast(1, x.shape.length);
    const rows = w.permute(x, there);
    const reduction = c.text("reduction", "mean") as w.Reduction;
    const loss = f(rows, labels, { reduction, weight, ignoreIndex: c.int("ignore_index", -1) });
    return c.outputs > 1 ? [loss, w.permute(w.logSoftmax(rows), back)] : loss;
  };

function einsum(c: Call): w.Tensor {
  const equation = c.text("equation", "").replaceAll(" ", "");
  const [inputs] = equation.split("->");
  const twice = inputs!
    .split(",")
    .some((term) => new Set(term.replace("...", "")).size !== term.replace("...", "").length);
  want(!twice, "attribute", "a letter twice in an operand of einsum");
  return w.einsum(equation, ...c.all());
}

export const reductions: Readonly<Record<string, Operator>> = {
  ReduceSum: reduce(w.sum),
  ReduceMean: reduce(w.mean),
  ReduceMax: reduce(w.max),
  ReduceMin: reduce(w.min),
  ReduceProd: reduce(w.prod),
  ReduceL1: reduce((x, axes, keep) => w.norm(x, axes, { p: 1, ...keep })),
  ReduceL2: reduce((x, axes, keep) => w.norm(x, axes, keep)),
  ReduceLogSum: reduce((x, axes, keep) => w.log(w.sum(x, axes, keep))),
  ReduceLogSumExp: reduce(w.logSumExp),
  ReduceSumSquare: reduce((x, axes, keep) => w.sum(w.square(x), axes, keep)),
  ArgMax: extreme(w.argMax),
  ArgMin: extreme(w.argMin),
  Softmax: rowwise(w.softmax),
  LogSoftmax: rowwise(w.logSoftmax),
  CumSum: cumulative,
  TopK: topK,
  MatMul: (c) => w.matmul(c.x(0), c.x(1)),
  Gemm: gemm,
  Einsum: einsum,
  NegativeLogLikelihoodLoss: classLoss(w.nllLoss),
  SoftmaxCrossEntropyLoss: classLoss(w.softmaxCrossEntropy),
};
