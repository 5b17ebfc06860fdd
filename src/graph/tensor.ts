import type { DType, Numbers, TypedArray } from "../core/dtype";
import { CaptureError } from "../core/errors";
import { numel, type Shape, type Spec } from "../core/shape";
import type { Op } from "./op";

let nextId = 0;

/** The node of the graph that makes a tensor, and which of its outputs the tensor is. */
export interface Source {
  readonly op: Op<object>;
  readonly inputs: readonly Tensor[];
  readonly attrs: object;
  readonly outs: Tensor[];
  readonly index: number;
  /** The line that called the op, where these are noted. */
  readonly calledAt?: string | undefined;
  /** What is computed anew for gradients, see `recompute`. */
  readonly segment?: Segment | undefined;
  /** Set where this node does again what another one has done. */
  readonly again?: Again | undefined;
}

/** A stretch of the graph of which only the results are kept for gradients. */
export interface Segment {
  /** Tensors that are kept: what the stretch gives. */
  readonly kept: Set<Tensor>;
}

/** A node that is computed a second time: apart from the first, and not before it is wanted. */
export interface Again {
  /** Of all that is computed again at once. */
  readonly id: number;
  /** Is computed before: a gradient that has come back this far. */
  readonly after: Tensor;
  /** The tensor that it equals, where the planner may take that instead. */
  readonly insteadOf?: Tensor;
}

/** The integers that an op takes: `low` … `high`, and one more. */
export interface Limit {
  readonly op: string;
  readonly low: number;
  readonly high: number;
  readonly also?: number;
}

/**
 * Where a tensor without a source gets its value.
 * - `feed`: written for each run
 * - `state`: survives runs; `initial` gives its first value (zeros where absent)
 * - `data`: handed over by the caller once
 * - `scratch`: working space between the dispatches of one op
 */
export type Leaf =
  | {
      readonly kind: "feed";
      readonly name: string;
      /** What the ops that read integers from it take, see `limitIntegers`. */
      limits?: Limit[];
    }
  | { readonly kind: "state"; readonly name: string; readonly initial?: () => Numbers; readonly trainable?: boolean }
  | { readonly kind: "data"; readonly data: TypedArray }
  | { readonly kind: "scratch" };

/** A value of the graph: a leaf, or an output of one op. It holds no numbers; `engine.read` computes them. */
export class Tensor implements Spec {
  readonly id = nextId++;
  readonly shape: Shape;
  readonly dtype: DType;
  /** For a state inside an arena: the arena's buffer and the element at which this tensor starts. */
  home: { readonly of: Tensor; readonly offset: number } | undefined;

  constructor(
    spec: Spec,
    readonly source: Source | undefined,
    readonly leaf: Leaf | undefined,
  ) {
    this.shape = spec.shape;
    this.dtype = spec.dtype;
  }

  /** Number of elements. */
  get size(): number {
    return numel(this.shape);
  }
}

/** The buffer that holds a state, and the element at which the state starts: its arena's, or its own. */
export const homeOf = (t: Tensor): { readonly state: Tensor; readonly offset: number } =>
  t.home ? { state: t.home.of, offset: t.home.offset } : { state: t, offset: 0 };

/** Whether two states share elements of a buffer. */
export function overlap(a: Tensor, b: Tensor): boolean {
  const [x, y] = [homeOf(a), homeOf(b)];
  return x.state === y.state && x.offset < y.offset + b.size && y.offset < x.offset + a.size;
}

/** A tensor written for each run of a captured step. */
export const feed = (name: string, spec: Spec): Tensor => new Tensor(spec, undefined, { kind: "feed", name });

/**
 * A tensor that survives runs: a parameter, a running statistic, a counter.
 * @throws CaptureError where it is called with something else
 */
export function state(name: string, spec: Spec, initial?: (() => Numbers) | undefined): Tensor {
  checkCall("state", name, spec, initial ?? (() => {}));
  return new Tensor(spec, undefined, initial ? { kind: "state", name, initial } : { kind: "state", name });
}

/** A state that optimizers move. @throws CaptureError where it is called with something else */
export function parameter(name: string, spec: Spec, initial: () => Numbers): Tensor {
  checkCall("parameter", name, spec, initial);
  return new Tensor(spec, undefined, { kind: "state", name, initial, trainable: true });
}

function checkCall(op: string, name: unknown, spec: Spec | undefined, initial: unknown): void {
  if (spec?.dtype === "f16")
    throw new CaptureError(op, `${name} is f16`, {}, "keep it f32, and cast it where it is used");
  const isSpec = Array.isArray(spec?.shape) && ["f32", "i32", "u32"].includes(spec.dtype);
  if (typeof name !== "string" || !isSpec || typeof initial !== "function")
    throw new CaptureError(
      op,
      "takes a name, a shape with its dtype, and a function that gives the first values",
      {},
      `${op}("w", { shape: [2], dtype: "f32" }, () => Float32Array.of(1, 2))`,
    );
}

/** Working space for the dispatches of one op. */
export const scratch = (spec: Spec): Tensor => new Tensor(spec, undefined, { kind: "scratch" });

/** Stands where a kernel binds a buffer that this variant of it neither reads nor writes. */
export const unused = (dtype: DType = "f32"): Tensor => scratch({ shape: [4], dtype });

/** A tensor with the given numbers. */
export const data = (spec: Spec, values: TypedArray): Tensor =>
  new Tensor(spec, undefined, { kind: "data", data: values });
