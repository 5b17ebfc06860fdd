import { numel, rowMajorStrides, type Shape } from "../core/shape";
import type { Layout } from "../graph/op";

export const contiguousLayout = (shape: Shape): Layout => ({ shape, strides: rowMajorStrides(shape), offset: 0 });

/** Whether the elements lie one after the other from the start of the buffer. */
export function isContiguous({ shape, strides, offset }: Layout): boolean {
  const dense = rowMajorStrides(shape);
  return offset === 0 && shape.every((size, d) => size === 1 || strides[d] === dense[d]);
}

/** The layout read as if broadcast to `shape`: stretched dimensions get stride 0. */
export function broadcastLayout(layout: Layout, shape: Shape): Layout {
  const lead = shape.length - layout.shape.length;
  const strides = shape.map((_, d) => (d < lead || layout.shape[d - lead] === 1 ? 0 : layout.strides[d - lead]!));
  return { shape, strides, offset: layout.offset };
}

/** The same element order with as few dimensions as possible: neighbours that step together become one. */
export const coalesce = (layout: Layout): Layout => coalesceTogether([layout])[0]!;

/** Layouts of one shape with as few dimensions as possible: neighbours that step together in all of them become one. */
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

/** Whether every element is the same one. */
export const isConstant = (layout: Layout): boolean =>
  numel(layout.shape) === 1 || layout.strides.every((s) => s === 0);

/** The elements that are read, in order: the same for layouts that differ in their shapes alone. */
export function layoutKey(layout: Layout): string {
  const { shape, strides, offset } = coalesce(layout);
  return `${shape} ${strides} ${offset}`;
}
