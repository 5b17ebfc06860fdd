import { ShapeError } from "../core/errors";
import { checkSizes, numel, type Pair, pair, type Shape, showShape } from "../core/shape";
import { checkTensors } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { resultsEach, type Target } from "../kernel/target";

/** Size, stride and padding of a window that moves over pictures. */
export interface PoolAttrs {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

/** The attributes of a pooling op from its options. @throws ShapeError */
export function poolAttrs(op: string, kernelSize: Pair, stride: Pair = kernelSize, padding: Pair = 0): PoolAttrs {
  checkSizes(op, { kernelSize, stride });
  checkSizes(op, { padding }, 0);
  const attrs = { kernel: pair(op, kernelSize), stride: pair(op, stride), padding: pair(op, padding) };
  if (attrs.padding.some((p, d) => 2 * p > attrs.kernel[d]!))
    throw new ShapeError(op, "padding must be at most half the kernel", {
      padding: showShape(attrs.padding),
      kernel: showShape(attrs.kernel),
    });
  return attrs;
}

/** [N, C, H, W] → [N, C, OH, OW]. @throws ShapeError */
export function pooledShape(op: string, x: Shape, { kernel, stride, padding }: PoolAttrs): number[] {
  if (x.length !== 4) throw new ShapeError(op, "x must be [N, C, H, W]", { x: showShape(x) });
  const size = (d: 0 | 1) => Math.floor((x[d + 2]! + 2 * padding[d] - kernel[d]) / stride[d]) + 1;
  const out = [x[0]!, x[1]!, size(0), size(1)];
  if (out.some((s) => s < 1))
    throw new ShapeError(op, "the window is larger than the picture", { x: showShape(x), kernel: showShape(kernel) });
  return out;
}

/** The sizes of pictures and windows for pooling kernels: constants, since kernels divide by most of them. */
export const poolConstants = (x: Shape, out: Shape, { kernel, stride, padding }: PoolAttrs) => ({
  ...resizeConstants(x, out),
  KERNEL_H: kernel[0],
  KERNEL_W: kernel[1],
  STRIDE_H: stride[0],
  STRIDE_W: stride[1],
  PAD_H: padding[0],
  PAD_W: padding[1],
});

/** Elements of a window up to which unrolled kernels compile quickly. */
const MOST_TAPS = 16;

/** How many windows of a row the kernels take together that read whole vec4s of pictures; 0 where they cannot. */
function spanOf(x: Shape, out: Shape, { kernel: [h, w], stride: [down, across] }: PoolAttrs): 0 | 2 | 4 {
  if (x[3]! % 4 || numel(out) % 4 || h * w > MOST_TAPS || down > h || across > w) return 0;
  if (out[3]! % 4 === 0) return 4;
  return out[3]! % 2 === 0 && across % 2 === 0 ? 2 : 0;
}

/** Four rows seen as one, so that rows of any length are whole vec4s: where windows do not care about row ends. */
function byFourRows(x: Shape, out: Shape, attrs: PoolAttrs): readonly [Shape, Shape] {
  const rows = numel(x) / x[3]!;
  if (spanOf(x, out, attrs) || attrs.kernel[0] > 1 || rows % 4 || !isTiling(x, out, attrs)) return [x, out];
  return [
    [rows / 4, 1, 1, 4 * x[3]!],
    [rows / 4, 1, 1, 4 * out[3]!],
  ];
}

/** The constants of kernels that make four results at a time; null where these cannot be used. */
export function poolByFour(pictures: Shape, pooled: Shape, attrs: PoolAttrs) {
  const [x, out] = byFourRows(pictures, pooled, attrs);
  const SPAN = spanOf(x, out, attrs);
  if (!SPAN) return null;
  const [columns, stride, pad] = [attrs.kernel[1], attrs.stride[1], attrs.padding[1]];
  const AHEAD = (4 - (pad % 4)) % 4;
  const LOADS = Math.ceil((AHEAD + (SPAN - 1) * stride + columns) / 4);
  const len = numel(out) / 4;
  return { params: { len }, constants: { ...poolConstants(x, out, attrs), SPAN, AHEAD, LOADS }, grid: len };
}

/** The same for their gradients, see {@link gradBlocks}. */
export const poolGradByFour = (pictures: Shape, pooled: Shape, attrs: PoolAttrs) =>
  gradBlocks(...byFourRows(pictures, pooled, attrs), attrs);

/**
 * The constants of gradient kernels that make blocks of the size of strides, see `max_pool2d_grad_by_four.wgsl`. Rows are not
 * joined here, since a kernel may need to know which plane it is in.
 */
export function gradBlocks(x: Shape, out: Shape, attrs: PoolAttrs) {
  const SPAN = spanOf(x, out, attrs);
  if (!SPAN) return null;
  const [tall, wide] = [attrs.stride[0], SPAN * attrs.stride[1]];
  // Counted from the window that begins with the block: the first and the last window that touch it.
  const before = (d: 0 | 1) => Math.ceil((attrs.kernel[d] - attrs.padding[d]) / attrs.stride[d]) - 1;
  const last = (d: 0 | 1, size: number) => Math.floor((size - 1 + attrs.padding[d]) / attrs.stride[d]);
  const [BEFORE, BEFORE_GROUPS] = [before(0), Math.ceil(before(1) / SPAN)];
  const [ROWS, GROUPS] = [last(0, tall) + BEFORE + 1, Math.floor(last(1, wide) / SPAN) + BEFORE_GROUPS + 1];
  const [OPEN_H, OPEN_W] = [0, 1].map((d) => Math.ceil(attrs.kernel[d]! / attrs.stride[d]!)) as [number, number];
  const touching = { BEFORE, ROWS, BEFORE_GROUPS, GROUPS, TOUCHING: ROWS * GROUPS, OPEN_H, OPEN_W };
  const [FOURS, ACROSS, DOWN] = [wide / 4, Math.ceil(x[3]! / wide), Math.ceil(x[2]! / tall)];
  const blocks = { SPAN, FOURS, SIZE: FOURS * tall, ACROSS, DOWN };
  const len = x[0]! * x[1]! * ACROSS * DOWN;
  return { params: { len }, constants: { ...poolConstants(x, out, attrs), ...touching, ...blocks }, grid: len };
}

/** The most invocations along y of a grid; further ones go along z. */
const LINES_A_LAYER = 262144;

/** Whether windows tile the picture: they neither overlap nor leave anything out. */
export const isTiling = (x: Shape, out: Shape, { kernel, stride, padding }: PoolAttrs): boolean =>
  [0, 1].every((d) => stride[d] === kernel[d] && padding[d] === 0 && out[d + 2]! * kernel[d]! === x[d + 2]);

/**
 * The constants of kernels that take one window after another without dividing, several per invocation where lanes are few;
 * null where windows overlap or leave anything out.
 */
export function poolDisjoint(x: Shape, out: Shape, attrs: PoolAttrs, { cpu }: Target) {
  if (!isTiling(x, out, attrs)) return null;
  const [KERNEL_H, KERNEL_W] = attrs.kernel;
  const rows = numel(out) / out[3]!;
  const each = cpu ? resultsEach(numel(out), cpu) : 1;
  const lines = Math.ceil(rows / each);
  const grid = [out[3]!, Math.min(lines, LINES_A_LAYER), Math.ceil(lines / LINES_A_LAYER)] as const;
  return { params: { rows, width: x[3]!, out_width: out[3]!, each }, constants: { KERNEL_H, KERNEL_W }, grid };
}

/** How many rows and columns of bins adaptive pooling cuts pictures into. */
export interface AdaptiveAttrs {
  readonly outputSize: readonly [number, number];
}

/** The attributes of adaptive pooling. @throws ShapeError */
export function adaptiveAttrs(op: string, x: Tensor, outputSize: Pair): AdaptiveAttrs {
  checkTensors(op, [x]);
  if (x.shape.length !== 4) throw new ShapeError(op, "x must be [N, C, H, W]", { x: showShape(x.shape) });
  checkSizes(op, { outputSize });
  return { outputSize: pair(op, outputSize) };
}

/** Plain pooling with windows side by side that does the same; null where bins differ in size or overlap. */
export const evenBins = (x: Shape, { outputSize: [rows, columns] }: AdaptiveAttrs): readonly [number, number] | null =>
  x[2]! % rows || x[3]! % columns ? null : [x[2]! / rows, x[3]! / columns];

/** Vec4s of a row, and columns of all its bins, up to which unrolled kernels compile quickly. */
const [MOST_FOURS, MOST_COLUMNS] = [8, 64];

/**
 * The constants of adaptive pooling's kernels that make whole rows, of out or of dx, from whole vec4s; null where these cannot
 * be used, or lanes are many: there neighbouring invocations would read different rows.
 */
export function adaptiveByRows(x: Shape, out: Shape, target: Target) {
  const [width, columns] = [x[3]!, out[3]!];
  const ends = (o: number) => Math.ceil(((o + 1) * width) / columns) - Math.floor((o * width) / columns);
  const BIN = Math.max(...Array.from({ length: columns }, (_, o) => ends(o)));
  if (!target.cpu || width % 4 || width / 4 > MOST_FOURS || columns * BIN > MOST_COLUMNS) return null;
  return { ...resizeConstants(x, out), FOURS: width / 4, BIN };
}

/** The sizes for kernels between pictures of two sizes. */
export const resizeConstants = (x: Shape, out: Shape) => ({
  HEIGHT: x[2]!,
  WIDTH: x[3]!,
  OUT_HEIGHT: out[2]!,
  OUT_WIDTH: out[3]!,
});

/**
 * Rows of the strips of pictures that kernels go down. Rows between two strips are read twice, so strips are long where that
 * leaves work for all lanes.
 * @param alone invocations that there would be for strips of one row
 */
export const stripRows = (height: number, alone: number, { cpu }: Target): number =>
  alone >= (cpu ? 4096 : 2 ** 18) ? Math.min(cpu ? 16 : 4, height) : 1;
