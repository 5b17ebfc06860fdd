import { DTypeError } from "../core/errors";
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

/** Where elements are in a buffer: (i, j, …) is at `offset + i·strides[0] + j·strides[1] + …`. Strides may be negative. */
export interface Layout {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

interface OpBase<Attrs> {
  readonly name: string;
  /** Shapes and dtypes of the outputs. Throws ShapeError or DTypeError, at the call, before any GPU work. */
  infer(inputs: readonly Spec[], attrs: Attrs): readonly Spec[];
  /** Vector-Jacobian product, made of ops: a gradient for each input, null where none flows. */
  vjp(
    inputs: readonly Tensor[],
    dOuts: readonly (Tensor | null)[],
    attrs: Attrs,
    outs: readonly Tensor[],
  ): readonly (Tensor | null)[];
}

/** A sum over some dimensions of a tensor. */
export interface SumOf {
  readonly of: Tensor;
  readonly dims: ReductionDims;
}

/** A reduction of an op's only input: how it joins elements, and what the result is multiplied by. */
export interface Joins {
  readonly dims: ReductionDims;
  readonly kind: string;
  readonly scale: number;
  /**
   * The dispatches of several reductions over the same elements: input k is plane k of `x`, and result k plane k of `out`. The
   * first dispatch reads `x` by a function `elements`, the last writes `out` by a function `store`; the planner may replace both.
   */
  sideBySide(kinds: readonly string[], x: Tensor, out: Tensor, dims: ReductionDims, target: Target): Dispatch[];
}

/** An op with shaders of its own. */
export interface KernelOp<Attrs extends object = object> extends OpBase<Attrs> {
  readonly kind: "kernel";
  /**
   * The dispatches that fill `outs`. Inputs are contiguous. Returns data; submits nothing.
   * @param side where given, a tensor to fill with {@link KernelOp.sideSum} as well
   * @param isRead whether one of `outs` is read by anything; where not, it need not be filled
   */
  lower(
    inputs: readonly Tensor[],
    outs: readonly Tensor[],
    attrs: Attrs,
    target: Target,
    side?: Tensor,
    isRead?: (out: Tensor) => boolean,
  ): Dispatch[];
  /** Whether inputs and outputs may be f16; else inputs are cast to f32 first. */
  readonly halves?: boolean;
  /** The ways between which `lower` chooses, where it knows several; {@link chosenWay} says which one it takes. */
  ways?(inputs: readonly Tensor[], attrs: Attrs, target: Target): Ways;
  /** Inputs over which ways can be compared, computed from random ones: for ops some of whose inputs must be results of others. */
  sample?(inputs: readonly Tensor[], attrs: Attrs): readonly Tensor[];
  /** A sum that the kernel can write beside its outputs, since it reads the elements anyway: a bias gradient beside the weight's. */
  sideSum?(inputs: readonly Tensor[], attrs: Attrs): SumOf | null;
  /** Whether the kernel reads its first input by a hook, so that it can compute it instead: it reads each element once or a few times. */
  readonly prologue?: boolean;
  /** For a reduction that can share one launch with others over the same elements: what it does. */
  joins?(inputs: readonly Tensor[], attrs: Attrs): Joins;
  /** For an op that only puts its inputs side by side: where in the result each of them lies. */
  pieces?(inputs: readonly Spec[], attrs: Attrs): readonly Layout[];
  /** For an op that is a plain sum: which one, so that a kernel can write it as its {@link KernelOp.sideSum}. */
  plainSum?(inputs: readonly Tensor[], attrs: Attrs): SumOf | null;
}

/** An op that applies a scalar function to every element, with broadcasting. */
export interface PointwiseOp<Attrs extends object = object> extends OpBase<Attrs> {
  readonly kind: "pointwise";
  /** Applied to one element of each input, then to `scalars(attrs)`. */
  readonly fn: ScalarFunction;
  /** Numbers passed after the inputs. They are parameters of the kernel: all values share one pipeline. */
  scalars?(attrs: Attrs): readonly number[];
}

/** An op that only changes how its one input is read. Each output is another reading of the input. */
export interface ViewOp<Attrs extends object = object> extends OpBase<Attrs> {
  readonly kind: "view";
  /** Where the elements of output `index` lie; null where the input must be made contiguous first. */
  view(input: Layout, attrs: Attrs, index: number): Layout | null;
}

/** Everything the engine knows about one operation. Plain data and pure functions. */
export type Op<Attrs extends object = object> = KernelOp<Attrs> | PointwiseOp<Attrs> | ViewOp<Attrs>;

/** @throws DTypeError where an input is no tensor, as may happen in JavaScript */
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

/** The tensors that `outputs` need, inputs before users. @param inputsOf what must come before a tensor */
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

/** Attributes as text that differs wherever they do: JSON alone writes infinities and NaN as `null`, and −0 as 0. */
export const attrsKey = (attrs: object): string =>
  JSON.stringify(attrs, (_, v: unknown) => {
    if (Object.is(v, -0)) return "-0";
    return typeof v === "number" && !Number.isFinite(v) ? String(v) : v;
  });

/**
 * f16 is allowed where f32 is: kernels that do not read f16 are given f32.
 * @throws DTypeError unless every input has one of the allowed dtypes
 */
export function checkDTypes(op: string, inputs: readonly Spec[], allowed: readonly string[]): void {
  inputs.forEach((t, i) => {
    const reads = t.dtype === "f16" ? "f32" : t.dtype;
    if (allowed.includes(reads) || allowed.includes(t.dtype)) return;
    const fix = allowed.every((d) => d === "f32" || d === "f16") ? 'cast(x, "f32")' : undefined;
    throw new DTypeError(op, `input ${i} has dtype ${t.dtype}`, { wants: allowed.join(" or ") }, fix);
  });
}

/** @throws DTypeError unless all inputs are f32, or all f16 */
export function checkFloats(op: string, inputs: readonly Spec[]): void {
  checkDTypes(op, inputs, ["f32", "f16"]);
  if (inputs.some((t) => t.dtype !== inputs[0]!.dtype))
    throw new DTypeError(op, "f32 and f16 are mixed", { inputs: inputs.map((t) => t.dtype).join(", ") }, "cast one");
}
