import { DataError } from "../core/errors";
import { showSpec } from "../core/shape";
import type { Found } from "../gpu/watch";

/** The error of a watched run: names the first op or state with a NaN. */
export function nanError({ tensor, element, dispatch }: Found): DataError {
  const { source, leaf } = tensor;
  const name = source?.op.name ?? (leaf && "name" in leaf ? leaf.name : "state");
  const what = source ? "makes a NaN" : dispatch ? `is NaN after ${dispatch.variant.name}` : "is NaN before the step";
  const inputs = source?.inputs.map(showSpec).join(", ");
  return new DataError(name, `${what}, first at element ${element} of ${showSpec(tensor)}`, {
    ...(source?.calledAt && { "called at": source.calledAt }),
    ...(inputs && { inputs }),
  });
}
