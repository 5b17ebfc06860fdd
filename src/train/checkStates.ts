import { ARRAYS, dtypeOf, type Numbers, type WordType } from "../core/dtype";
import { CaptureError, DTypeError, ShapeError } from "../core/errors";
import { showShape, showSpec } from "../core/shape";
import { Tensor } from "../graph/tensor";
import { kindOf } from "./captureInputs";
import { checkNumbers } from "./checkNumbers";

/** @throws CaptureError unless everything that is to be read is a tensor */
export function checkRead(what: readonly unknown[]): void {
  const other = what.findIndex((t) => !(t instanceof Tensor));
  if (other >= 0)
    throw new CaptureError("read", `${kindOf(what[other])} is no tensor`, {}, "read(tensor), or read([one, another])");
}

/** @throws CaptureError where `state` is no state; ShapeError, DTypeError, DataError where the values do not fit it */
export function checkWrite(state: Tensor, values: Numbers): void {
  if (state.leaf?.kind !== "state")
    throw new CaptureError("write", "the tensor is no state", { given: showSpec(state) }, "feeds go into step.run");
  if (!Object.values(ARRAYS).some((A) => values instanceof A)) throw notNumbers(state, values);
  if (values.length !== state.size)
    throw new ShapeError("write", `${values.length} values`, { state: showShape(state.shape) });
  if (dtypeOf(values) !== state.dtype)
    throw new DTypeError("write", `values of dtype ${dtypeOf(values)}`, { state: showSpec(state) });
  checkNumbers("write", values);
}

function notNumbers(state: Tensor, values: unknown): DTypeError {
  const { name } = ARRAYS[state.dtype as WordType];
  const from = values instanceof Tensor ? "await engine.read(tensor)" : "values";
  const fix = typeof values === "number" ? `${name}.of(${values})` : `${name}.from(${from})`;
  return new DTypeError("write", `the values are ${kindOf(values)}`, { state: showSpec(state) }, fix);
}
