import { typedArray } from "../core/dtype";
import type { PointwiseOp } from "../graph/op";
import { data, type Source, type Tensor } from "../graph/tensor";

/** The constant that a chain of views shows, so that the views need not be followed. */
export function constantBehind(
  t: Tensor,
  constants: ReadonlySet<Tensor>,
  represent: (t: Tensor) => Tensor,
): Tensor | undefined {
  if (!constants.has(t)) return undefined;
  let at = t;
  while (at.source!.op.kind === "view") at = represent(at.source!.inputs[0]!);
  return at;
}

/** Elements up to which a constant that a kernel reads is kept as data, instead of being written again in each run. */
const MAX_KEPT_CONSTANT = 4096;

/** Data for a tensor that shows a constant: the same number everywhere. */
export function filledData({ shape, dtype, size }: Tensor, constant: Tensor | undefined): Tensor | undefined {
  if (!constant?.source || constant.source.inputs.length || size > MAX_KEPT_CONSTANT || dtype === "f16")
    return undefined;
  const { op, attrs } = constant.source as Source & { readonly op: PointwiseOp };
  const [value = 0] = op.scalars?.(attrs) ?? [];
  return data({ shape, dtype }, typedArray(dtype, size).fill(value));
}
