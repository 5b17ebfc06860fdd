import { isFloat, type TypedArray } from "../core/dtype";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { writtenBy } from "../schedule/dispatches";
import type { Plan } from "../schedule/plan";

/** A NaN, and the launch that made it; undefined where it was there before the run. */
export interface Found {
  readonly tensor: Tensor;
  readonly element: number;
  readonly dispatch: Dispatch | undefined;
}

/**
 * Runs a plan launch by launch, and looks for NaN in what each has written: states, and outputs of ops once they are complete.
 * @param launch runs dispatch number i
 * @param read reads the current numbers of tensors
 * @returns the first NaN; nothing is run after it
 */
export async function watch(
  plan: Plan,
  launch: (i: number) => void,
  read: (tensors: readonly Tensor[]) => Promise<TypedArray[]>,
): Promise<Found | undefined> {
  const isSeen = (t: Tensor) => isFloat(t.dtype) && (t.source !== undefined || t.leaf?.kind === "state");
  const find = async (tensors: readonly Tensor[], dispatch: Dispatch | undefined): Promise<Found | undefined> => {
    const seen = tensors.filter(isSeen);
    const values = seen.length ? await read(seen) : [];
    for (const [i, numbers] of values.entries()) {
      const element = numbers.findIndex((v: number) => Number.isNaN(v));
      if (element >= 0) return { tensor: seen[i]!, element, dispatch };
    }
    return undefined;
  };
  const before = await find(plan.states, undefined);
  if (before) return before;
  const written = plan.dispatches.map(writtenBy);
  const last = new Map<Tensor, number>();
  written.forEach((tensors, i) => {
    for (const t of tensors) last.set(t, i);
  });
  for (const [i, dispatch] of plan.dispatches.entries()) {
    launch(i);
    const found = await find(
      written[i]!.filter((t) => last.get(t) === i),
      dispatch,
    );
    if (found) return found;
  }
  return undefined;
}
