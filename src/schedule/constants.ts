import { typedArray } from "../core/dtype";
import type { PointwiseOp } from "../graph/op";
import { data, type Source, type Tensor } from "../graph/tensor";

/** The constant behind a chain of views; undefined where a tensor is no constant. */
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

/** Most elements of a constant that is kept as data where a kernel reads it; larger ones are written again in each run. */
const MAX_KEPT_CONSTANT = 4096;

/** A constant as data filled with its number; undefined where it is computed or too large. */
export function filledData({ shape, dtype, size }: Tensor, constant: Tensor | undefined): Tensor | undefined {
  if (!constant?.source || constant.source.inputs.length || size > MAX_KEPT_CONSTANT || dtype === "f16")
    return undefined;
  const { op, attrs } = constant.source as Source & { readonly op: PointwiseOp };
  const [value = 0] = op.scalars?.(attrs) ?? [];
  return data({ shape, dtype }, typedArray(dtype, size).fill(value));
}
