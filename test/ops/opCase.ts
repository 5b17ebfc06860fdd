import type { DType } from "../../src/core/dtype";
import type { Shape } from "../../src/core/shape";
import type { Tensor } from "../../src/graph/tensor";

/** One input of a sample: its shape, and where it matters the dtype, the range of its values, or the values. */
export type InputSpec =
  | Shape
  | {
      readonly shape: Shape;
      readonly dtype?: DType;
      /** Uniform in this range, half open; default −1…1. */
      readonly range?: readonly [number, number];
      readonly values?: readonly number[];
    };

/** A value of the reference: numbers in f64 with their shape. */
export interface Reference {
  readonly data: Float64Array;
  readonly shape: Shape;
}

/** One sample of an op: inputs and attributes; `note` says what it is for. */
export interface Sample<Attrs> {
  readonly inputs: readonly InputSpec[];
  readonly attrs?: Attrs;
  readonly note?: string;
  /** Check the gradient too; default true. Large samples leave it out: central differences cost one reference an element. */
  readonly vjp?: boolean;
}

/** What the generic op test needs to check one op; each file of test/ops exports one, named after the op's file. */
export interface OpCase<Attrs = object> {
  /** Always one sample that is no multiple of any tile, and one of a single element. */
  readonly samples: readonly Sample<Attrs>[];
  build(inputs: readonly Tensor[], attrs: Attrs): Tensor;
  /** The same value in f64, written from the formula, not from the kernel. */
  reference(inputs: readonly Reference[], attrs: Attrs): Reference;
  /** Largest accepted difference, relative to 1 + |expected|; default 1e-5. */
  readonly tolerance?: number;
  /** The same for gradients; default 1e-3 (central differences). */
  readonly vjpTolerance?: number;
  /** What numbers stored in f16 may add to either, for the largest of the results; default 4e-3. False where they say nothing. */
  readonly halves?: number | false;
  /** Step of the central differences; default 1e-4. */
  readonly step?: number;
}

export const opCase = <Attrs>(c: OpCase<Attrs>): OpCase<Attrs> => c;
