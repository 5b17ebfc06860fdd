import reduce from "../../shaders/reduce.wgsl";
import type { ReductionDims } from "../graph/reduction";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";

/** Invocations that keep a device busy. */
const busyInvocations = (target: Target): number => (target.cpu ? 64 : 16384);

/** The launches of reduce.wgsl for one reduction: two where outputs alone are too few to keep the device busy. */
export function reduceDispatches(
  x: Tensor,
  out: Tensor,
  { k0, r0, k1, r1 }: ReductionDims,
  target: Target,
  { kind = 0, scale = 1 }: { kind?: number; scale?: number },
): Dispatch[] {
  const outputs = k0 * k1;
  // A CPU adds a few thousand numbers in less time than a second launch takes.
  const shortest = target.cpu ? 2048 : 16;
  const wanted = r0 * r1 <= shortest ? 1 : Math.min(busyInvocations(target) / outputs, (r0 * r1) / 16);
  const parts = wanted < 2 ? 1 : 2 ** Math.floor(Math.log2(wanted));
  const parts1 = Math.min(parts, r1);
  const parts0 = Math.max(1, Math.min(Math.floor(parts / parts1), r0));
  const total = parts0 * parts1;
  const launch = (from: Tensor, to: Tensor, dims: object, invocations: number) =>
    reduce.dispatch({
      buffers: { x: from, out: to },
      params: { len: invocations, outputs, k1, r0, r1, parts0, parts1, parts_first: Number(r1 > 1), scale, ...dims },
      constants: { KIND: kind },
      grid: invocations,
      flops: from.size,
    });
  if (total === 1) return [launch(x, out, {}, outputs)];
  const partial = scratch({ shape: [outputs, total], dtype: "f32" });
  const second = { k1: 1, r0: 1, r1: total, parts0: 1, parts1: 1, parts_first: 1 };
  return [launch(x, partial, { scale: 1 }, outputs * total), launch(partial, out, { ...second, k1: outputs }, outputs)];
}
