import { DTypeError } from "./errors";

/**
 * Element type of a tensor, as WGSL spells it. f16 is for storage only: kernels compute in f32, and on the host its numbers are
 * f32. It comes from `cast` or autocast, on devices with the feature shader-f16.
 */
export type DType = "f32" | "f16" | "i32" | "u32";

/** The dtypes whose elements take four bytes. */
export type WordType = Exclude<DType, "f16">;

export const isFloat = (dtype: DType): boolean => dtype === "f32" || dtype === "f16";

/** The type that kernels compute in. */
export const computeType = (dtype: DType): WordType => (dtype === "f16" ? "f32" : dtype);

/** Numbers that the engine returns. */
export type TypedArray = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Numbers that the engine takes, in any kind of memory. */
export type Numbers = Float32Array | Int32Array | Uint32Array;

/** Least and greatest value of each integer dtype. */
export const INTEGER_RANGE = { i32: [-(2 ** 31), 2 ** 31 - 1], u32: [0, 2 ** 32 - 1] } as const;

/** Bytes of an element of any dtype but f16. */
export const BYTES_PER_ELEMENT = 4;

export const bytesPerElement = (dtype: DType): number => (dtype === "f16" ? 2 : BYTES_PER_ELEMENT);

/** The typed array that holds elements of a dtype. */
export const ARRAYS = { f32: Float32Array, i32: Int32Array, u32: Uint32Array } as const;

/** A zeroed array of `source` elements, a view of a buffer (of f16: a copy, widened to f32), or a copy of a list. */
export function typedArray(dtype: DType, source: number | ArrayBuffer | ArrayLike<number>): TypedArray {
  if (dtype === "f16" && source instanceof ArrayBuffer) return fromHalves(new Uint16Array(source));
  return new ARRAYS[computeType(dtype)](source as ArrayBuffer);
}

/** The numbers with these IEEE 754 binary16 bits: sign, 5 bits of exponent, 10 of mantissa. */
export function fromHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(halves, (bits) => {
    const sign = bits >> 15 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const mantissa = bits & 1023;
    if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    // Numbers below 2⁻¹⁴ have no leading 1.
    return sign * (exponent ? (1024 + mantissa) * 2 ** (exponent - 25) : mantissa * 2 ** -24);
  });
}

/** The IEEE 754 binary16 bits of numbers, rounded to nearest, ties to even. */
export function toHalves(values: Float32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(values, (value, i) => {
    const sign = (bits[i]! >>> 16) & 0x8000;
    if (Number.isNaN(value)) return sign | 0x7e00;
    const exponent = Math.max(-14, ((bits[i]! >>> 23) & 255) - 127);
    if (exponent > 15) return sign | 0x7c00;
    const steps = Math.abs(value) * 2 ** (10 - exponent);
    const [whole, rest] = [Math.floor(steps), steps % 1];
    // Adding the leading 1, and the carry of rounding, increments the exponent.
    return sign | (((exponent + 14) << 10) + whole + Number(rest > 0.5 || (rest === 0.5 && whole % 2 === 1)));
  });
}

/** The element type of a typed array. @throws DTypeError where it is not one of those that tensors are made of */
export function dtypeOf(data: Numbers): WordType {
  if (data instanceof Float32Array) return "f32";
  if (data instanceof Int32Array) return "i32";
  if (data instanceof Uint32Array) return "u32";
  const given = (data as object | undefined)?.constructor?.name ?? String(data);
  throw new DTypeError("values", `of type ${given}`, { wants: "Float32Array, Int32Array or Uint32Array" });
}

/** The 32 bits of a number stored as `dtype`, as an unsigned integer: for kernels that move elements of any dtype as bits. */
export const bitsOf = (dtype: DType, value: number): number => new Uint32Array(typedArray(dtype, [value]).buffer)[0]!;
