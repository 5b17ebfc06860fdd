import type { DType } from "../core/dtype";
import { numel, type Shape } from "../core/shape";
import type { Layout } from "../graph/op";
import type { Channel } from "../kernel/kernel";
import { type FourReads, fourReads } from "./fours";
import { broadcastLayout, coalesce, isConstant, isContiguous } from "./layout";
import type { Read, Reading } from "./writer";

/** A buffer as a composed kernel reads it. */
export interface Input {
  readonly reading: Reading;
  /** Which element result i reads, coalesced. */
  readonly layout: Layout;
  readonly dtype: DType;
  readonly isPair: boolean;
  readonly mode: "dense" | "constant" | "strided";
  /** How four neighbouring results read a strided layout. */
  readonly four: FourReads | undefined;
}

/** How a kernel with results of shape `out` reads `e`. */
export function inputOf(e: Read, out: Shape): Input {
  const layout = coalesce(broadcastLayout(e.reading.layout, out));
  const mode = isConstant(layout) ? "constant" : isContiguous(layout) ? "dense" : "strided";
  const four = mode === "strided" ? fourReads(layout, e.reading.base.size) : undefined;
  return { reading: e.reading, layout, dtype: e.dtype, isPair: e.isPair === true, mode, four };
}

/** Whether channel c reads element c, after the offset. */
export function isByChannel({ shape, strides }: Layout, channel: Channel | undefined): boolean {
  const d = strides.findIndex((s) => s !== 0);
  if (!channel || strides[d] !== 1 || strides.some((s, other) => other !== d && s !== 0)) return false;
  return shape[d] === channel.size && numel(shape.slice(d + 1)) === channel.inner;
}
