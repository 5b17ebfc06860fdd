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
export function coalesce({ shape, strides, offset }: Layout): Layout {
  const sizes: number[] = [];
  const steps: number[] = [];
  shape.forEach((size, d) => {
    if (size === 1) return;
    const last = sizes.length - 1;
    if (last >= 0 && steps[last] === strides[d]! * size) {
      sizes[last] = sizes[last]! * size;
      steps[last] = strides[d]!;
    } else {
      sizes.push(size);
      steps.push(strides[d]!);
    }
  });
  return { shape: sizes, strides: steps, offset };
}

/** Whether every element is the same one. */
export const isConstant = (layout: Layout): boolean =>
  numel(layout.shape) === 1 || layout.strides.every((s) => s === 0);
