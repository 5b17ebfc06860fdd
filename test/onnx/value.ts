import { type DType, type TypedArray, typedArray } from "../../src/core/dtype";
import { numel, type Shape } from "../../src/core/shape";
import { data, type Tensor } from "../../src/graph/tensor";
import type { Engine } from "../../src/train/engine";
import type { Attribute, Node, OnnxTensor } from "./protobuf";

/** Why a case is not run: something that wgrad does not claim to have. */
export class Unsupported extends Error {
  constructor(
    /** What the table counts by. */
    readonly reason: "op missing" | "dtype" | "attribute" | "rank" | "empty tensor" | "output",
    readonly detail: string,
  ) {
    super(`${reason}: ${detail}`);
  }
}

/** @throws Unsupported unless the condition holds */
export function want(condition: boolean, reason: Unsupported["reason"], detail: string): void {
  if (!condition) throw new Unsupported(reason, detail);
}

/**
 * ONNX's element types as wgrad stores them. Integers of 64 bits may have values that 32 bits hold; what is published in f64 is
 * computed in f32; a bool is a mask, 1 or 0.
 */
const STORED: Readonly<Record<string, DType>> = {
  f32: "f32",
  f64: "f32",
  i32: "i32",
  i64: "i32",
  u32: "u32",
  u64: "u32",
  bool: "u32",
};

export const storedAs = (type: string): DType => {
  const dtype = STORED[type];
  if (!dtype) throw new Unsupported("dtype", type);
  return dtype;
};

/** A value of an ONNX graph: computed, or known beforehand (which shapes, axes and the like must be). */
export class Value {
  #tensor: Tensor | undefined;

  constructor(
    readonly shape: Shape,
    readonly dtype: DType,
    source: Tensor | TypedArray,
    /** ONNX's, where it came from a file. */
    readonly type: string = dtype,
  ) {
    if (ArrayBuffer.isView(source)) this.known = source;
    else this.#tensor = source;
  }

  readonly known: TypedArray | undefined;

  static of(t: Tensor): Value {
    return new Value(t.shape, t.dtype, t);
  }

  /** @throws Unsupported where an element does not fit 32 bits; an f64 is rounded */
  static from({ shape, type, values }: OnnxTensor): Value {
    const dtype = storedAs(type);
    const numbers = values.map(Number);
    const stored = typedArray(dtype, numbers);
    const overflows = (x: number, i: number) => Number.isFinite(x) && !Number.isFinite(stored[i]);
    const fits = dtype === "f32" ? !numbers.some(overflows) : numbers.every((x, i) => x === stored[i]);
    want(fits, "dtype", `${type} beyond 32 bits`);
    return new Value(shape, dtype, stored, type);
  }

  static ints(values: readonly number[], shape: Shape = [values.length]): Value {
    return new Value(shape, "i32", Int32Array.from(values));
  }

  get tensor(): Tensor {
    want(numel(this.shape) > 0, "empty tensor", `[${this.shape}]`);
    this.#tensor ??= data({ shape: this.shape, dtype: this.dtype }, this.known!);
    return this.#tensor;
  }

  /** The numbers themselves, computed where they are not known. */
  async numbers(engine: Engine): Promise<number[]> {
    return [...(this.known ?? (await engine.read(this.tensor)))];
  }
}

/** A node with its operands, as the table's functions take it. */
export class Call {
  constructor(
    readonly node: Node,
    readonly opset: number,
    readonly inputs: readonly (Value | undefined)[],
    readonly engine: Engine,
  ) {}

  value(i: number): Value {
    const v = this.inputs[i];
    if (!v) throw new Error(`${this.node.op} lacks input ${i}`);
    return v;
  }

  x(i = 0): Tensor {
    return this.value(i).tensor;
  }

  optional(i: number): Tensor | undefined {
    return this.inputs[i]?.tensor;
  }

  /** All operands. */
  all(): Tensor[] {
    return this.inputs.map((_, i) => this.x(i));
  }

  /** The numbers of an operand that says how, or undefined where it is left out. */
  async numbers(i: number): Promise<number[] | undefined> {
    return this.inputs[i]?.numbers(this.engine);
  }

  attribute(name: string): Attribute | undefined {
    return this.node.attributes[name];
  }

  int<D extends number | undefined>(name: string, otherwise: D): number | D {
    return this.attribute(name)?.i ?? otherwise;
  }

  float<D extends number | undefined>(name: string, otherwise: D): number | D {
    return this.attribute(name)?.f ?? otherwise;
  }

  text<D extends string | undefined>(name: string, otherwise: D): string | D {
    return this.attribute(name)?.s ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return this.attribute(name)?.ints;
  }

  /** Axes and the like: an attribute in older versions of an operator, operand i in newer ones. */
  async intsOrInput(name: string, i: number): Promise<readonly number[] | undefined> {
    return this.ints(name) ?? (await this.numbers(i));
  }

  /** How many outputs are asked for. */
  get outputs(): number {
    return this.node.outputs.filter((name) => name !== "").length;
  }
}

type Made = Tensor | Value | readonly (Tensor | Value)[];

/** An operator of ONNX, by wgrad's ops. */
export type Operator = (call: Call) => Made | Promise<Made>;

export const toValues = (made: Made): Value[] =>
  [made].flat().map((m) => (m instanceof Value ? m : Value.of(m as Tensor)));

/** An axis counted from the first. */
export const fromFirst = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Every other axis in order, and this one last; and the way back. */
export function axisLast(axis: number, rank: number): { there: number[]; back: number[] } {
  const there = [...Array.from({ length: rank }, (_, d) => d).filter((d) => d !== axis), axis];
  return { there, back: there.map((_, d) => there.indexOf(d)) };
}
