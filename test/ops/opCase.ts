import type { DType } from "../../src/core/dtype";
import type { Shape } from "../../src/core/shape";
import type { Tensor } from "../../src/graph/tensor";

/** One input of a sample: its shape, and where they matter its dtype, and its values or their range. */
export type InputSpec =
  | Shape
  | {
      readonly shape: Shape;
      readonly dtype?: DType;
      /** Values are uniform in this half-open range; default −1…1. */
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
  /** Check the gradient too; default true. Large samples set it to false: central differences take long. */
  readonly vjp?: boolean;
}

/** What the generic op test needs to check one op; each file of test/ops exports one, named after the op's file. */
export interface OpCase<Attrs = object> {
  /** Among them one whose sizes are no multiples of any tile, and one of a single element. */
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
