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

/** @throws CaptureError unless it is an engine */
export function checkEngine(op: string, engine: { readonly runtime: unknown }): void {
  if (engine?.runtime === undefined) throw new CaptureError(op, `the engine is ${kindOf(engine)}`);
}

/** @throws CaptureError unless it is a captured step */
export function checkStep(op: string, step: { readonly plan: unknown }): void {
  if (step?.plan === undefined)
    throw new CaptureError(op, `the step is ${kindOf(step)}`, {}, "await engine.capture(feeds, fn)");
}

/** @throws CaptureError unless they are states by name: of anything else the values are not on the device */
export function checkNamedStates(op: string, states: Readonly<Record<string, Tensor>>): void {
  if (typeof states !== "object" || states === null || states instanceof Tensor)
    throw new CaptureError(op, `the states are ${kindOf(states)}`, { wants: "an object of states by name" });
  for (const [name, t] of Object.entries(states))
    if (!(t instanceof Tensor) || t.leaf?.kind !== "state")
      throw new CaptureError(op, `${name} is no state`, { given: kindOf(t) });
}

/** @throws CaptureError unless they are captured steps and states, by name */
export function checkSaved(steps: Readonly<Record<string, { plan: unknown }>>, states: Record<string, Tensor>): void {
  if (typeof steps !== "object" || steps === null) throw new CaptureError("save", `the steps are ${kindOf(steps)}`);
  for (const step of Object.values(steps)) checkStep("save", step);
  checkNamedStates("save", states);
}

/** The same list. @throws CaptureError unless each is a state, or holds some */
export function checkReleased<T>(what: readonly T[]): readonly T[] {
  const holds = (w: unknown) => typeof w === "object" && w !== null && ("namedStates" in w || "owned" in w);
  const other = what.findIndex((w) => !(w instanceof Tensor || holds(w)));
  if (other >= 0) throw new CaptureError("release", `${kindOf(what[other])} holds no states`);
  return what;
}

/** @throws CaptureError where `state` is no state; ShapeError, DTypeError, DataError where the values do not fit it */
export function checkWrite(state: Tensor, values: Numbers): void {
  if (state?.leaf?.kind !== "state")
    throw new CaptureError("write", "the tensor is no state", { given: kindOf(state) }, "feeds go into step.run");
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
