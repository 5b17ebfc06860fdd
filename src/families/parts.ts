import joinParts from "../../shaders/join_parts.wgsl";
import joinSlices from "../../shaders/join_parts_by_slices.wgsl";
import { powerOfTwoUpTo } from "../core/powerOfTwo";
import { type Tensor, unused } from "../graph/tensor";
import { type Dispatch, folded } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { reduceDispatches } from "./reductions";

/** Parts of a result, one after the other, and where their sum is written. */
type Joined = readonly [parts: Tensor, whole: Tensor];

/** A launch for the weight gradient of a convolution, and into how many parts it divides the sums. */
export interface WeightParts {
  readonly parts: number;
  launch(buffers: { x: Tensor; d_out: Tensor; partial: Tensor }): Dispatch;
}

/** The most parts of a result that one invocation adds up on a CPU. */
const FEW_PARTS = 64;

/** On a GPU: invocations that are enough to join parts, and the least parts that each of them should have. */
const JOINING = 2 ** 16;
const LEAST_PARTS = 4;

/** On a GPU: parts from which on a workgroup joins those of a result, and its invocations. */
export const MANY_PARTS = 8;
export const lanesJoining = (parts: number): number => (parts > 256 ? 256 : 64);

/** The launches that add up the parts of one result, or of two that have as many. */
export function joinedParts(parts: number, target: Target, result: Joined, beside?: Joined): Dispatch[] {
  if (!target.cpu) return [bySlices(parts, result, beside)];
  if (beside && parts <= FEW_PARTS) return [both(parts, result, beside)];
  return [result, ...(beside ? [beside] : [])].flatMap(([from, to]) =>
    reduceDispatches(from, to, { k0: 1, r0: parts, k1: to.size, r1: 1 }, target),
  );
}

function bySlices(parts: number, [a, first]: Joined, [b, second]: Partial<Joined> = []): Dispatch {
  const [size0, size1] = [first.size, second?.size ?? 0];
  const wanted = Math.max(1, Math.min(JOINING / (size0 + size1), parts / LEAST_PARTS, 32));
  const SLICES = powerOfTwoUpTo(wanted);
  const LANES = 256 / SLICES;
  const [length, layers] = folded(Math.ceil((size0 + size1) / LANES));
  return joinSlices.dispatch({
    // Without a second result its buffers are neither read nor written.
    buffers: { a, b: b ?? a, first, second: second ?? unused() },
    params: { parts, size0, size1 },
    constants: { LANES, SLICES },
    grid: [length * LANES, layers * SLICES],
    flops: parts * (size0 + size1),
  });
}

function both(parts: number, [a, first]: Joined, [b, second]: Joined): Dispatch {
  const params = { parts, size0: first.size, size1: second.size };
  return joinParts.dispatch({ buffers: { a, b, first, second }, params, grid: first.size + second.size });
}
