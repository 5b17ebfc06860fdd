import type { DType } from "../../../src/core/dtype";
import type { Shape, Spec } from "../../../src/core/shape";
import type { Tensor } from "../../../src/index";

/** An input: its shape (f32), and where it matters the dtype and the range of its values, half open. */
export type OpInput =
  | Shape
  | { readonly shape: Shape; readonly dtype?: DType; readonly range?: readonly [low: number, high: number] };

/** How an op is measured: by itself, and once more with its gradient. */
export interface OpEntry {
  readonly inputs: readonly OpInput[];
  /** The op; more than one tensor where it has several outputs. */
  build(...inputs: Tensor[]): Tensor | readonly Tensor[];
  /** Tells entries of one op apart. */
  readonly name?: string;
  /** Inputs whose gradients the second line makes; default: every f32 input, where the output is f32 and none is cut off. */
  readonly gradients?: readonly number[];
  /** Floating-point operations of the op by itself, where these are what it costs; its gradient counts twice as many more. */
  readonly flops?: number;
  /** Bytes of inputs that must be read, where that is not each input once: rows that indices name, say. */
  readonly reads?: number;
  /** Why the op costs more than its bytes, where it does. */
  readonly note?: string;
}

/** Entries of a family of ops by the name of the op's file. */
export type OpEntries = Readonly<Record<string, OpEntry | readonly OpEntry[]>>;

export const M = 2 ** 20;

/** Elements of the ops that are limited by memory. */
export const LARGE = 4 * M;

/** The same as rows, with a last axis of training size. */
export const ROWS: Shape = [4096, 1024];

/** The same as pictures. */
export const PICTURES: Shape = [64, 64, 32, 32];

export const specOf = (input: OpInput): Spec & { readonly range: readonly [number, number] } =>
  Array.isArray(input)
    ? { shape: input, dtype: "f32", range: [-1, 1] }
    : { dtype: "f32", range: [-1, 1], ...(input as Exclude<OpInput, Shape>) };

export const integers = (shape: Shape, high: number, dtype: DType = "i32", low = 0): OpInput => ({
  shape,
  dtype,
  range: [low, high],
});

/** 1 or 0, as comparisons make them. */
export const maskOf = (shape: Shape): OpInput => integers(shape, 2, "u32");
