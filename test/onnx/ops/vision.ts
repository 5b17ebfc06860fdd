import * as w from "../../../src/index";
import { type Call, fromFirst, type Operator, Unsupported, want } from "../value";

/** By dimension: rows and columns, or for sequences one row and columns. */
interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Sequences are pictures one row high. */
const picture = (x: w.Tensor): w.Tensor =>
  x.shape.length === 3 ? w.reshape(x, [x.shape[0]!, x.shape[1]!, 1, x.shape[2]!]) : x;
const likeInput = (out: w.Tensor, x: w.Tensor): w.Tensor =>
  x.shape.length === 3 ? w.reshape(out, [out.shape[0]!, out.shape[1]!, out.shape[3]!]) : out;

function windowOf(c: Call, x: w.Tensor, kernelShape?: readonly number[]): Window {
  want(x.shape.length === 3 || x.shape.length === 4, "rank", `${c.node.op} of ${x.shape.length} dimensions`);
  const lead = x.shape.length === 3;
  const two = (list: readonly number[], row: number) => (lead ? [row, ...list] : list);
  const spatial = x.shape.slice(2);
  const kernel = kernelShape ?? c.ints("kernel_shape")!;
  const strides = c.ints("strides") ?? spatial.map(() => 1);
  const dilations = c.ints("dilations") ?? spatial.map(() => 1);
  const mode = c.text("auto_pad", "NOTSET");
  const pads = c.ints("pads") ?? spatial.flatMap(() => [0, 0]);
  let [before, after] = [pads.slice(0, spatial.length), pads.slice(spatial.length)];
  if (mode.startsWith("SAME")) {
    const total = spatial.map((size, d) => {
      const span = dilations[d]! * (kernel[d]! - 1) + 1;
      return Math.max(0, (Math.ceil(size / strides[d]!) - 1) * strides[d]! + span - size);
    });
    const [less, more] = [total.map((t) => Math.floor(t / 2)), total.map((t) => Math.ceil(t / 2))];
    [before, after] = mode === "SAME_UPPER" ? [less, more] : [more, less];
  }
  if (mode === "VALID") [before, after] = [spatial.map(() => 0), spatial.map(() => 0)];
  return {
    kernel: two(kernel, 1),
    strides: two(strides, 1),
    dilations: two(dilations, 1),
    before: two(before, 0),
    after: two(after, 0),
  };
}

const pair = (list: readonly number[]) => list as readonly [number, number];
const isSymmetric = ({ before, after }: Window) => before.every((n, d) => n === after[d]);

/** The picture with its border, for windows that wgrad's padding does not describe. */
const bordered = (x: w.Tensor, { before, after }: Window, value = 0): w.Tensor =>
  w.pad(x, [before[1]!, after[1]!, before[0]!, after[0]!], { value });

function conv(c: Call): w.Tensor {
  const [x, weight, bias] = [c.x(0), c.x(1), c.optional(2)];
  const win = windowOf(c, x, weight.shape.slice(2));
  const options = { stride: pair(win.strides), dilation: pair(win.dilations), groups: c.int("group", 1) };
  const out = isSymmetric(win)
    ? w.conv2d(picture(x), picture(weight), bias, { ...options, padding: pair(win.before) })
    : w.conv2d(bordered(picture(x), win), picture(weight), bias, options);
  return likeInput(out, x);
}

function convTranspose(c: Call): w.Tensor {
  const [x, weight, bias] = [c.x(0), c.x(1), c.optional(2)];
  want(x.shape.length === 3 || x.shape.length === 4, "rank", `ConvTranspose of ${x.shape.length} dimensions`);
  const lead = x.shape.length === 3 ? 1 : 0;
  const two = (list: readonly number[], row: number) => (lead ? [row, ...list] : [...list]);
  const ones = x.shape.slice(2).map(() => 1);
  const stride = two(c.ints("strides") ?? ones, 1);
  const dilation = two(c.ints("dilations") ?? ones, 1);
  const extra = two(c.ints("output_padding") ?? ones.map(() => 0), 0);
  const wanted = c.ints("output_shape");
  const mode = c.text("auto_pad", "NOTSET");
  const pads = c.ints("pads") ?? ones.flatMap(() => [0, 0]);
  let [before, after] = [two(pads.slice(0, ones.length), 0), two(pads.slice(ones.length), 0)];
  const kernel = picture(weight).shape.slice(2);
  const sizes = picture(x).shape.slice(2);
  const whole = sizes.map((n, d) => (n - 1) * stride[d]! + dilation[d]! * (kernel[d]! - 1) + 1 + extra[d]!);
  if (wanted || mode.startsWith("SAME")) {
    const goal = wanted ? two(wanted.slice(-ones.length), 1) : sizes.map((n, d) => n * stride[d]!);
    const total = whole.map((n, d) => n - goal[d]!);
    const [less, more] = [total.map((t) => Math.floor(t / 2)), total.map((t) => Math.ceil(t / 2))];
    [before, after] = mode === "SAME_UPPER" ? [less, more] : [more, less];
  }
  // What is cut off beyond 0 is cut; below 0 it is added, as zeros that only a bias would change.
  const options = { stride: pair(stride), dilation: pair(dilation), groups: c.int("group", 1) };
  const full = w.convTranspose2d(picture(x), picture(weight), null, { ...options, outputPadding: pair(extra) });
  const cut = (list: readonly number[]) => list.map((n) => Math.max(0, n));
  const grow = (list: readonly number[]) => list.map((n) => Math.max(0, -n));
  const [b, a] = [cut(before), cut(after)];
  const ends = a.map((n, d) => full.shape[d + 2]! - n);
  const rest = w.slice(full, [2, 3], b, ends);
  const out = bordered(rest, { before: grow(before), after: grow(after) } as unknown as Window);
  return likeInput(bias ? w.add(out, w.reshape(bias, [-1, 1, 1])) : out, x);
}

/** @throws Unsupported where rounding up would make another window */
function checkPool(c: Call, x: w.Tensor, win: Window): void {
  want(
    win.dilations.every((n) => n === 1),
    "attribute",
    "dilations of a pool",
  );
  if (!c.int("ceil_mode", 0)) return;
  const exact = picture(x)
    .shape.slice(2)
    .every((n, d) => (n + win.before[d]! + win.after[d]! - win.kernel[d]!) % win.strides[d]! === 0);
  want(exact, "attribute", "ceil_mode");
}

const isWithinHalf = ({ before, kernel }: Window) => before.every((n, d) => 2 * n <= kernel[d]!);

/** Lower than anything in a picture. */
const LOWEST = -3.4e38;

function maxPool(c: Call): w.Tensor {
  want(c.outputs === 1, "output", "indices of MaxPool");
  const x = c.x();
  const win = windowOf(c, x);
  checkPool(c, x, win);
  const options = { stride: pair(win.strides) };
  const out =
    isSymmetric(win) && isWithinHalf(win)
      ? w.maxPool2d(picture(x), pair(win.kernel), { ...options, padding: pair(win.before) })
      : w.maxPool2d(bordered(picture(x), win, LOWEST), pair(win.kernel), options);
  return likeInput(out, x);
}

function averagePool(c: Call): w.Tensor {
  const x = c.x();
  const win = windowOf(c, x);
  checkPool(c, x, win);
  const options = { stride: pair(win.strides) };
  const countIncludePad = c.int("count_include_pad", 0) === 1;
  const pool = (t: w.Tensor) => w.avgPool2d(bordered(t, win), pair(win.kernel), options);
  if (isSymmetric(win) && isWithinHalf(win)) {
    const padding = pair(win.before);
    return likeInput(w.avgPool2d(picture(x), pair(win.kernel), { ...options, padding, countIncludePad }), x);
  }
  const sums = pool(picture(x));
  return likeInput(countIncludePad ? sums : w.div(sums, pool(w.onesLike(picture(x)))), x);
}

const global =
  (f: (x: w.Tensor) => w.Tensor): Operator =>
  (c) => {
    want(c.x().shape.length === 4, "rank", `${c.node.op} of ${c.x().shape.length} dimensions`);
    return w.reshape(f(c.x()), [...c.x().shape.slice(0, 2), 1, 1]);
  };

function batchNorm(c: Call): w.Tensor {
  // wgrad's running variance is unbiased, as PyTorch's; ONNX's is biased.
  want(!c.int("training_mode", 0), "attribute", "training_mode of BatchNormalization");
  const [x, weight, bias, runningMean, runningVar] = c.all() as [w.Tensor, w.Tensor, w.Tensor, w.Tensor, w.Tensor];
  return w.batchNorm(x, weight, bias, { runningMean, runningVar, training: false, eps: c.float("epsilon", 1e-5) });
}

/** With the mean and the inverse deviation of each row, where they are asked for. */
function layerNorm(c: Call): w.Tensor[] {
  const [x, weight, bias] = [c.x(0), c.x(1), c.optional(2)];
  const axis = fromFirst(c.int("axis", -1), x.shape.length);
  const eps = c.float("epsilon", 1e-5);
  const axes = x.shape.map((_, d) => d).slice(axis);
  const mean = w.mean(x, axes, { keepDims: true });
  const variance = w.mean(w.square(w.sub(x, mean)), axes, { keepDims: true });
  return [w.layerNorm(x, x.shape.slice(axis), { weight, bias, eps }), mean, w.rsqrt(w.add(variance, eps))];
}

/** Where an output element stands in the input, by ONNX's names. */
const PLACES: Readonly<Record<string, (i: number, scale: number, from: number, to: number) => number>> = {
  half_pixel: (i, scale) => (i + 0.5) / scale - 0.5,
  pytorch_half_pixel: (i, scale, _, to) => (to > 1 ? (i + 0.5) / scale - 0.5 : 0),
  align_corners: (i, _, from, to) => (to > 1 ? (i * (from - 1)) / (to - 1) : 0),
  asymmetric: (i, scale) => i / scale,
};
const ROUND: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Resize, and the older Upsample: where wgrad's rule puts every element at the same place. */
async function resize(c: Call): Promise<w.Tensor> {
  const x = c.x();
  const older = c.node.op === "Upsample";
  const given = older ? (c.attribute("scales")?.floats ?? (await c.numbers(1))) : await c.numbers(2);
  const sizes = older ? undefined : await c.numbers(3);
  want(x.shape.length === 4, "rank", `Resize of ${x.shape.length} dimensions`);
  const scales = given?.length ? given : sizes!.map((n, d) => n / x.shape[d]!);
  const to = given?.length ? scales.map((s, d) => Math.floor(x.shape[d]! * s)) : sizes!;
  want(scales[0] === 1 && scales[1] === 1, "attribute", "Resize of batch or channels");
  const mode = c.text("mode", "nearest");
  const kind = c.text("coordinate_transformation_mode", older ? "asymmetric" : "half_pixel");
  const place = PLACES[kind];
  if (!place || !["nearest", "linear"].includes(mode)) throw new Unsupported("attribute", `Resize ${mode} ${kind}`);
  const round = mode === "nearest" ? ROUND[older ? "floor" : c.text("nearest_mode", "round_prefer_floor")]! : undefined;
  const alignCorners = kind === "align_corners" && !round;
  const agrees = [2, 3].every((d) =>
    Array.from({ length: to[d]! }, (_, i) => {
      const [from, scale, size] = [x.shape[d]!, scales[d]!, to[d]!];
      const inside = (p: number) => Math.min(from - 1, Math.max(0, p));
      // Corners are aligned as if a size that is not whole were not rounded.
      const theirs = place(i, scale, from, given?.length ? from * scale : size);
      if (round) return inside(round(theirs)) === inside(Math.floor(i / scale));
      return inside(theirs) === inside(PLACES[alignCorners ? "align_corners" : "half_pixel"]!(i, scale, from, size));
    }).every(Boolean),
  );
  want(agrees, "attribute", `Resize ${mode} ${kind} ${c.text("nearest_mode", "")}`.trim());
  const by = given?.length ? { scale: pair(scales.slice(2)) } : { size: pair(to.slice(2)) };
  if (round) return w.upsample2d(x, by);
  return w.upsample2d(x, { ...(alignCorners ? { size: pair(to.slice(2)) } : by), mode: "bilinear", alignCorners });
}

export const vision: Readonly<Record<string, Operator>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: global(w.globalAvgPool2d),
  GlobalMaxPool: global(w.globalMaxPool2d),
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  InstanceNormalization: (c) => w.instanceNorm(c.x(0), { weight: c.x(1), bias: c.x(2), eps: c.float("epsilon", 1e-5) }),
  Resize: resize,
  Upsample: resize,
};
