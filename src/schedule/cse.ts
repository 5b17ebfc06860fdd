import { attrsKey } from "../graph/op";
import type { Tensor } from "../graph/tensor";

/**
 * Merges common subexpressions: nodes with the same op, attributes and (merged) inputs become one. Copies made by `recompute` are not
 * merged with their originals; copies that have `insteadOf` are, unless they are in `apart`.
 * @returns the tensor that stands for a tensor
 */
export function canonical(order: readonly Tensor[], apart: ReadonlySet<Tensor> = new Set()): (t: Tensor) => Tensor {
  const representative = new Map<Tensor, Tensor>();
  const known = new Map<string, readonly Tensor[]>();
  const opIds = new Map<object, number>();
  const of = (t: Tensor): Tensor => representative.get(t) ?? t;
  for (const t of order) {
    if (!t.source || representative.has(t)) continue;
    const { op, inputs, attrs, outs, again } = t.source;
    if (again?.insteadOf && !apart.has(t)) {
      representative.set(t, of(again.insteadOf));
      continue;
    }
    if (!opIds.has(op)) opIds.set(op, opIds.size);
    const key = `${opIds.get(op)}|${attrsKey(attrs)}|${inputs.map((i) => of(i).id).join(",")}${again ? `|${again.id}` : ""}`;
    const same = known.get(key);
    if (!same) known.set(key, outs);
    else for (const [i, out] of outs.entries()) representative.set(out, same[i]!);
  }
  return of;
}
