import { CaptureError, DTypeError } from "../core/errors";
import type { Shape, Spec } from "../core/shape";
import type { Dispatch } from "../kernel/kernel";
import type { ScalarFunction } from "../kernel/scalarFunction";
import type { Target } from "../kernel/target";
import type { Ways } from "../kernel/ways";
import { callSite } from "./callSite";
import { widened } from "./cast";
import type { ReductionDims } from "./reduction";
import { currentSegment } from "./segment";
import { type Source, Tensor } from "./tensor";

/** How a tensor lies in a buffer: element (i, j, …) is at `offset + i·strides[0] + j·strides[1] + …`. Strides may be negative. */
export interface Layout {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

interface OpBase<Attrs> {
  readonly name: string;
  /** Shapes and dtypes of the outputs. Throws ShapeError or DTypeError, at the call, before any GPU work. */
  infer(inputs: readonly Spec[], attrs: Attrs): readonly Spec[];
  /** Vector-Jacobian product: a gradient per input, null where none flows. Itself made of ops. */
  vjp(
    inputs: readonly Tensor[],
    dOuts: readonly (Tensor | null)[],
    attrs: Attrs,
    outs: readonly Tensor[],
  ): readonly (Tensor | null)[];
}

/** A sum over a tensor, seen as kept and reduced dimensions in turn. */
export interface SumOf {
  readonly of: Tensor;
  readonly dims: ReductionDims;
}

/** A reduction of an op's only input: how it joins elements, and the factor of the result. */
export interface Joins {
  readonly dims: ReductionDims;
  readonly kind: string;
  readonly scale: number;
  /**
   * The dispatches of several reductions over the same elements, with the inputs in planes of `x` and the results in planes of
   * `out`. The first reads `x`, by a function `elements`, and the last writes `out`, by a function `store`; both may be replaced.
   */
  sideBySide(kinds: readonly string[], x: Tensor, out: Tensor, dims: ReductionDims, target: Target): Dispatch[];
}

/** An op with shaders of its own. */
export interface KernelOp<Attrs extends object = object> extends OpBase<Attrs> {
  readonly kind: "kernel";
  /**
   * The dispatches that fill `outs`. Inputs are contiguous. Returns data; submits nothing.
   * @param side a tensor to fill with {@link KernelOp.sideSum} as well, if anybody wants it
   * @param isRead tells of each of `outs` whether anybody reads it; the others need not be filled
   */
  lower(
    inputs: readonly Tensor[],
    outs: readonly Tensor[],
    attrs: Attrs,
    target: Target,
    side?: Tensor,
    isRead?: (out: Tensor) => boolean,
  ): Dispatch[];
  /** Whether inputs and outputs may be f16; else inputs are made f32 first. */
  readonly halves?: boolean;
  /** The ways in which `lower` may do it, where it knows several; {@link chosenWay} says which it takes. */
  ways?(inputs: readonly Tensor[], attrs: Attrs, target: Target): Ways;
  /** Inputs on which ways can be compared, made of random ones, where some of them must be results of the others. */
  sample?(inputs: readonly Tensor[], attrs: Attrs): readonly Tensor[];
  /** A sum that the kernel comes by on its way and can put out as well: that of a bias gradient beside a weight's. */
  sideSum?(inputs: readonly Tensor[], attrs: Attrs): SumOf | null;
  /** Whether the kernel reads its first input by a hook that can compute it instead: each element once, or a few that many results share. */
  readonly prologue?: boolean;
  /** For a reduction that can be made in one launch with others over the same elements: what it does. */
  joins?(inputs: readonly Tensor[], attrs: Attrs): Joins;
  /** For an op that does no more than put its inputs side by side: where in the result each of them lies. */
  pieces?(inputs: readonly Spec[], attrs: Attrs): readonly Layout[];
  /** For an op that is a plain sum: which, so that a kernel that comes by it can make it. */
  plainSum?(inputs: readonly Tensor[], attrs: Attrs): SumOf | null;
}

/** An op that applies a scalar function to every element, with broadcasting. */
export interface PointwiseOp<Attrs extends object = object> extends OpBase<Attrs> {
  readonly kind: "pointwise";
  /** Applied to one element of each input, then to `scalars(attrs)`. */
  readonly fn: ScalarFunction;
  /** Numbers passed after the inputs; they are uniforms, so that they share a pipeline. */
  scalars?(attrs: Attrs): readonly number[];
}

/** An op that only changes how its one input is read; each of its outputs is such a reading. */
export interface ViewOp<Attrs extends object = object> extends OpBase<Attrs> {
  readonly kind: "view";
  /** Where the elements of output `index` lie, or null when the input must be made contiguous first. */
  view(input: Layout, attrs: Attrs, index: number): Layout | null;
}

/** Everything the engine knows about one operation. Plain data and pure functions. */
export type Op<Attrs extends object = object> = KernelOp<Attrs> | PointwiseOp<Attrs> | ViewOp<Attrs>;

/** @throws DTypeError where something else than a tensor is handed over, as JavaScript may */
export function checkTensors(op: string, inputs: readonly Tensor[]): void {
  const i = inputs.findIndex((t) => !(t instanceof Tensor));
  if (i < 0) return;
  const given: unknown = inputs[i];
  const isForeign = typeof given === "object" && given !== null && "dtype" in given && "shape" in given;
  throw new DTypeError(
    op,
    `input ${i} is no tensor`,
    { input: Array.isArray(given) ? "an array" : isForeign ? "a tensor of another copy of wgrad" : String(given) },
    isForeign ? "load the library once" : "tensor(values, shape) makes one",
  );
}

/** Adds a node to the graph and returns its outputs. Nothing is computed. @throws DTypeError, ShapeError */
export function recordAll<A extends object>(op: Op<A>, inputs: readonly Tensor[], attrs: A): Tensor[] {
  checkTensors(op.name, inputs);
  const taken = op.kind === "kernel" && !op.halves ? inputs.map(widened) : inputs;
  const specs = op.infer(taken, attrs);
  const segment = currentSegment();
  const calledAt = callSite();
  const outs: Tensor[] = [];
  specs.forEach((spec, index) => {
    const source: Source = { op: op as unknown as Op<object>, inputs: taken, attrs, outs, index, segment, calledAt };
    outs.push(new Tensor(spec, source, undefined));
  });
  return outs;
}

/** {@link recordAll} for ops with one output. */
export function record<A extends object>(op: Op<A>, inputs: readonly Tensor[], attrs: A): Tensor {
  return recordAll(op, inputs, attrs)[0]!;
}

/** What must have been computed before a tensor: its inputs, and what it waits for. */
export function dependenciesOf({ source }: Tensor): readonly Tensor[] {
  if (!source) return [];
  return source.again ? [source.again.after, ...source.inputs] : source.inputs;
}

/** The tensors that `outputs` need, inputs before users. `inputsOf` may lead elsewhere than the graph as recorded. */
export function topological(
  outputs: readonly Tensor[],
  inputsOf: (t: Tensor) => readonly Tensor[] = dependenciesOf,
): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  const stack = [...outputs].reverse().map((tensor) => ({ tensor, entered: false }));
  while (stack.length) {
    const top = stack[stack.length - 1]!;
    if (top.entered || seen.has(top.tensor)) {
      stack.pop();
      if (!seen.has(top.tensor)) order.push(top.tensor);
      seen.add(top.tensor);
      continue;
    }
    top.entered = true;
    const inputs = inputsOf(top.tensor);
    for (let i = inputs.length - 1; i >= 0; i--) stack.push({ tensor: inputs[i]!, entered: false });
  }
  return order;
}

/** Attributes as text, the same only for the same attributes: JSON alone makes `null` of an infinity, and 0 of −0. */
export const attrsKey = (attrs: object): string =>
  JSON.stringify(attrs, (_, v: unknown) => {
    if (Object.is(v, -0)) return "-0";
    return typeof v === "number" && !Number.isFinite(v) ? String(v) : v;
  });

/**
 * Where f32 is allowed, so is f16: kernels that do not read it are given f32.
 * @throws DTypeError unless every input has one of the dtypes
 */
export function checkDTypes(op: string, inputs: readonly Spec[], allowed: readonly string[]): void {
  inputs.forEach((t, i) => {
    const reads = t.dtype === "f16" ? "f32" : t.dtype;
    if (!allowed.includes(reads) && !allowed.includes(t.dtype))
      throw new DTypeError(op, `input ${i} has dtype ${t.dtype}`, { wants: allowed.join(" or ") });
  });
}

/** @throws DTypeError unless all inputs are f32, or all f16 */
export function checkFloats(op: string, inputs: readonly Spec[]): void {
  checkDTypes(op, inputs, ["f32", "f16"]);
  if (inputs.some((t) => t.dtype !== inputs[0]!.dtype))
    throw new DTypeError(op, "f32 and f16 are mixed", { inputs: inputs.map((t) => t.dtype).join(", ") }, "cast one");
}

/** For ops whose gradient is not differentiated again. It throws a CaptureError. */
export function noSecondDerivative(name: string): () => never {
  return () => {
    throw new CaptureError(name, "second derivatives are not recorded", {}, "write it with ops that have them");
  };
}
