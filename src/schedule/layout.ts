import { numel, rowMajorStrides, type Shape } from "../core/shape";
import type { Layout } from "../graph/op";

export const contiguousLayout = (shape: Shape): Layout => ({ shape, strides: rowMajorStrides(shape), offset: 0 });

/** Whether the elements are one after the other, from the start of the buffer. */
export function isContiguous({ shape, strides, offset }: Layout): boolean {
  const dense = rowMajorStrides(shape);
  return offset === 0 && shape.every((size, d) => size === 1 || strides[d] === dense[d]);
}

/** The layout broadcast to `shape`: stretched dimensions get stride 0. */
export function broadcastLayout(layout: Layout, shape: Shape): Layout {
  const lead = shape.length - layout.shape.length;
  const strides = shape.map((_, d) => (d < lead || layout.shape[d - lead] === 1 ? 0 : layout.strides[d - lead]!));
  return { shape, strides, offset: layout.offset };
}

/** The same elements with as few dimensions as possible, see {@link coalesceTogether}. */
export const coalesce = (layout: Layout): Layout => coalesceTogether([layout])[0]!;

/** Layouts of one shape with as few dimensions as possible: neighbouring dimensions become one where all layouts allow it. */
export function coalesceTogether(layouts: readonly Layout[]): Layout[] {
  const sizes: number[] = [];
  const steps: number[][] = layouts.map(() => []);
  layouts[0]!.shape.forEach((size, d) => {
    if (size === 1) return;
    const last = sizes.length - 1;
    const isOne = last >= 0 && layouts.every(({ strides }, n) => steps[n]![last] === strides[d]! * size);
    if (isOne) sizes[last] = sizes[last]! * size;
    else sizes.push(size);
    layouts.forEach(({ strides }, n) => {
      steps[n]![isOne ? last : last + 1] = strides[d]!;
    });
  });
  return layouts.map(({ offset }, n) => ({ shape: sizes, strides: steps[n]!, offset }));
}

/** Whether all elements are one element of the buffer. */
export const isConstant = (layout: Layout): boolean =>
  numel(layout.shape) === 1 || layout.strides.every((s) => s === 0);

/** Text that names the elements and their order: the same for layouts that differ only in shape. */
export function layoutKey(layout: Layout): string {
  const { shape, strides, offset } = coalesce(layout);
  return `${shape} ${strides} ${offset}`;
}
