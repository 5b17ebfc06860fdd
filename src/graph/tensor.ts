import type { DType, Numbers, TypedArray } from "../core/dtype";
import { CaptureError } from "../core/errors";
import { checkShape, numel, type Shape, type Spec, showSpec } from "../core/shape";
import type { Op } from "./op";

let nextId = 0;

/** The node of the graph that computes a tensor, and which of its outputs the tensor is. */
export interface Source {
  readonly op: Op<object>;
  readonly inputs: readonly Tensor[];
  readonly attrs: object;
  readonly outs: Tensor[];
  readonly index: number;
  /** The user's line that called the op, where lines are noted. */
  readonly calledAt?: string | undefined;
  /** The segment that the node was recorded in, see `recompute`. */
  readonly segment?: Segment | undefined;
  /** Set where this node is a copy of another one, to be computed a second time. */
  readonly again?: Again | undefined;
}

/** A part of the graph of which only the results are kept for gradients. */
export interface Segment {
  /** The results. */
  readonly kept: Set<Tensor>;
}

/** Of a copy that is computed a second time: which copies belong together, and when they may be computed. */
export interface Again {
  /** The same for all copies that are made together. */
  readonly id: number;
  /** A gradient that must be computed before. */
  readonly after: Tensor;
  /** The original, where the planner may take that instead. */
  readonly insteadOf?: Tensor;
}

/** The integers that an op takes: `low` … `high`, and `also`. */
export interface Limit {
  readonly op: string;
  readonly low: number;
  readonly high: number;
  readonly also?: number;
}

/**
 * Where a tensor without a source gets its value.
 * - `feed`: written by the caller for each run
 * - `state`: survives runs; `initial` gives its first value, zeros where it is absent
 * - `data`: given by the caller once
 * - `scratch`: working space between the dispatches of one op
 */
export type Leaf =
  | {
      readonly kind: "feed";
      readonly name: string;
      /** Which integers the ops that read it take, see `limitIntegers`. */
      limits?: Limit[];
    }
  | { readonly kind: "state"; readonly name: string; readonly initial?: () => Numbers; readonly trainable?: boolean }
  | { readonly kind: "data"; readonly data: TypedArray }
  | { readonly kind: "scratch" };

/** Where a state lives: in the buffer of `state`, from element `offset` on. */
export interface Home {
  readonly state: Tensor;
  readonly offset: number;
}

/** A value of the graph: a leaf, or an output of one op. It holds no numbers; `engine.read` computes them. */
export class Tensor implements Spec {
  /** Unlike that of every other tensor. */
  readonly id = nextId++;
  readonly shape: Shape;
  readonly dtype: DType;
  /** @internal Of a state inside an arena: its place there. */
  home: Home | undefined;

  /** @internal `tensor`, `parameter`, `state` and ops make tensors */
  constructor(
    spec: Spec,
    /** @internal */
    readonly source: Source | undefined,
    /** @internal */
    readonly leaf: Leaf | undefined,
  ) {
    this.shape = spec.shape;
    this.dtype = spec.dtype;
  }

  /** Number of elements. */
  get size(): number {
    return numel(this.shape);
  }

  /** Its dtype and shape, as `f32[2, 3]`. */
  toString(): string {
    return showSpec(this);
  }

  /** What Node's `console.log` shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Tensor ${this}`;
  }
}

/** Where a state lives: its place in its arena, or a buffer of its own. */
export const homeOf = (t: Tensor): Home => t.home ?? { state: t, offset: 0 };

/** Whether a tensor is computed by the plan that it is part of: by an op, or as working space of one. */
export const isComputed = ({ leaf }: Tensor): boolean => !leaf || leaf.kind === "scratch";

/** Elements of a buffer: `size` of them from `offset` on. */
export interface Range extends Home {
  readonly size: number;
}

/** Whether two ranges share elements of a buffer. */
export const rangesOverlap = (a: Range, b: Range): boolean =>
  a.state === b.state && a.offset < b.offset + b.size && b.offset < a.offset + a.size;

/** The elements of a tensor: those of a state in its buffer. */
export const rangeOf = (t: Tensor): Range => ({ ...homeOf(t), size: t.size });

/** Whether two states share elements of a buffer. */
export const overlap = (a: Tensor, b: Tensor): boolean => rangesOverlap(rangeOf(a), rangeOf(b));

/** A tensor written for each run of a captured step. */
export const feed = (name: string, spec: Spec): Tensor => new Tensor(spec, undefined, { kind: "feed", name });

/**
 * A tensor that survives runs: a parameter, a running statistic, a counter.
 * @throws CaptureError where the arguments are of other types; ShapeError where a size is no integer of at least 1
 */
export function state(name: string, spec: Spec, initial?: (() => Numbers) | undefined): Tensor {
  checkCall("state", name, spec, initial ?? (() => {}));
  return new Tensor(spec, undefined, initial ? { kind: "state", name, initial } : { kind: "state", name });
}

/**
 * A state that optimizers update.
 * @throws CaptureError where the arguments are of other types; ShapeError where a size is no integer of at least 1
 */
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
  checkShape(op, spec.shape);
}

/** Working space for the dispatches of one op. */
export const scratch = (spec: Spec): Tensor => new Tensor(spec, undefined, { kind: "scratch" });

/** A buffer for a binding that a variant of a kernel neither reads nor writes. */
export const unused = (dtype: DType = "f32"): Tensor => scratch({ shape: [4], dtype });

/** A tensor with the given numbers. */
export const data = (spec: Spec, values: TypedArray): Tensor =>
  new Tensor(spec, undefined, { kind: "data", data: values });
