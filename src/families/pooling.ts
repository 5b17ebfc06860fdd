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

/** The numbers that pooling kernels take; `len` is the number of elements that they make. */
export function poolParams(x: Shape, out: Shape, { kernel, stride, padding }: PoolAttrs, len: number) {
  return {
    len,
    height: x[2]!,
    width: x[3]!,
    out_height: out[2]!,
    out_width: out[3]!,
    kernel_h: kernel[0],
    kernel_w: kernel[1],
    stride_h: stride[0],
    stride_w: stride[1],
    pad_h: padding[0],
    pad_w: padding[1],
  };
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

/** The numbers that kernels between pictures of two sizes take; `len` is the number of elements that they make. */
export const resizeParams = (x: Shape, out: Shape, len: number) => ({
  len,
  height: x[2]!,
  width: x[3]!,
  out_height: out[2]!,
  out_width: out[3]!,
});
