import type { DType } from "../core/dtype";
import { numel, type Shape } from "../core/shape";
import type { Layout } from "../graph/op";
import type { Channel } from "../kernel/kernel";
import { type FourReads, fourReads } from "./fours";
import { broadcastLayout, coalesce, isConstant, isContiguous } from "./layout";
import type { Expression, Reading } from "./writer";

/** Memory as the kernel sees it: which element the i-th result reads. */
export interface Input {
  readonly reading: Reading;
  readonly layout: Layout;
  readonly dtype: DType;
  readonly isPair: boolean;
  readonly mode: "dense" | "constant" | "strided";
  /** Of strided ones: how four neighbouring results are read at once. */
  readonly four: FourReads | undefined;
}

/** How results of a shape read what `e` says. */
export function inputOf(e: Expression & { kind: "read" }, out: Shape): Input {
  const layout = coalesce(broadcastLayout(e.reading.layout, out));
  const mode = isConstant(layout) ? "constant" : isContiguous(layout) ? "dense" : "strided";
  const four = mode === "strided" ? fourReads(layout, e.reading.base.size) : undefined;
  return { reading: e.reading, layout, dtype: e.dtype, isPair: e.isPair === true, mode, four };
}

/** Whether each channel reads one element of its own, in order. */
export function isByChannel({ shape, strides }: Layout, channel: Channel | undefined): boolean {
  const d = strides.findIndex((s) => s !== 0);
  if (!channel || strides[d] !== 1 || strides.some((s, other) => other !== d && s !== 0)) return false;
  return shape[d] === channel.size && numel(shape.slice(d + 1)) === channel.inner;
}
