import { ShapeError } from "../core/errors";
import { type Pair, pair, type Shape, showShape } from "../core/shape";

/** How a window moves over pictures. */
export interface PoolAttrs {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

/** The attributes of a pooling op from what the caller gave. @throws ShapeError */
export function poolAttrs(op: string, kernelSize: Pair, stride: Pair = kernelSize, padding: Pair = 0): PoolAttrs {
  const attrs = { kernel: pair(kernelSize), stride: pair(stride), padding: pair(padding) };
  const whole = (list: readonly number[], least: number) => list.every((v) => Number.isInteger(v) && v >= least);
  if (!whole([...attrs.kernel, ...attrs.stride], 1) || !whole(attrs.padding, 0))
    throw new ShapeError(op, "kernel and stride must be integers of at least 1, padding of at least 0");
  if (attrs.padding.some((p, d) => 2 * p > attrs.kernel[d]!))
    throw new ShapeError(op, "padding must be at most half the kernel", { padding: showShape(attrs.padding) });
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

/** What pooling kernels know of pictures and windows: constants, since they divide by most of it. */
export const poolConstants = (x: Shape, out: Shape, { kernel, stride, padding }: PoolAttrs) => ({
  ...resizeConstants(x, out),
  KERNEL_H: kernel[0],
  KERNEL_W: kernel[1],
  STRIDE_H: stride[0],
  STRIDE_W: stride[1],
  PAD_H: padding[0],
  PAD_W: padding[1],
});

/** Whether every element lies in exactly one window. */
export const isTiling = (x: Shape, { kernel, stride, padding }: PoolAttrs): boolean =>
  [0, 1].every((d) => stride[d] === kernel[d] && padding[d] === 0 && x[d + 2]! % kernel[d]! === 0);

/** As in the kernels. */
export const ROWS_A_LAYER = 262144;

/** What the kernels for pairs of 2 × 2 or 1 × 2 windows take; null where windows are of another size or do not pair up. */
export function windowPairs([n, c, height, width]: Shape, { kernel }: PoolAttrs) {
  const [KERNEL_H] = kernel;
  if (KERNEL_H > 2 || kernel[1] !== 2 || width! % 4) return null;
  const rows = (n! * c! * height!) / KERNEL_H;
  const grid = [width! / 4, Math.min(rows, ROWS_A_LAYER), Math.ceil(rows / ROWS_A_LAYER)] as const;
  return { params: { rows, width: width! }, constants: { KERNEL_H }, grid };
}

/** Into how many rows and columns of bins adaptive pooling cuts pictures. */
export interface AdaptiveAttrs {
  readonly outputSize: readonly [number, number];
}

/** The attributes of adaptive pooling. @throws ShapeError */
export function adaptiveAttrs(op: string, x: Shape, outputSize: Pair): AdaptiveAttrs {
  const size = pair(outputSize);
  if (x.length !== 4) throw new ShapeError(op, "x must be [N, C, H, W]", { x: showShape(x) });
  if (size.some((s) => !Number.isInteger(s) || s < 1))
    throw new ShapeError(op, "outputSize must be integers of at least 1", { outputSize: showShape(size) });
  return { outputSize: size };
}

/** The kernel of the plain pooling that does the same, with windows side by side; null where bins differ or overlap. */
export const evenBins = (x: Shape, { outputSize: [rows, columns] }: AdaptiveAttrs): readonly [number, number] | null =>
  x[2]! % rows || x[3]! % columns ? null : [x[2]! / rows, x[3]! / columns];

/** What kernels between pictures of two sizes know of them. */
export const resizeConstants = (x: Shape, out: Shape) => ({
  HEIGHT: x[2]!,
  WIDTH: x[3]!,
  OUT_HEIGHT: out[2]!,
  OUT_WIDTH: out[3]!,
});
