/** Element type of a tensor, as WGSL spells it. Every one takes four bytes. */
export type DType = "f32" | "i32" | "u32";

export type TypedArray = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Least and greatest value of each integer dtype. */
export const INTEGER_RANGE = { i32: [-(2 ** 31), 2 ** 31 - 1], u32: [0, 2 ** 32 - 1] } as const;

export const BYTES_PER_ELEMENT = 4;

/** A zeroed array of `length` elements, or a view of `buffer`. */
export function typedArray(dtype: DType, source: number | ArrayBuffer | ArrayLike<number>): TypedArray {
  const Type = { f32: Float32Array, i32: Int32Array, u32: Uint32Array }[dtype];
  return new Type(source as ArrayBuffer) as TypedArray;
}

/** The element type that a typed array carries. */
export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return "f32";
  return data instanceof Int32Array ? "i32" : "u32";
}

/** The 32 bits of a number as an element, as an unsigned integer: for kernels that move elements of any dtype as bits. */
export const bitsOf = (dtype: DType, value: number): number => new Uint32Array(typedArray(dtype, [value]).buffer)[0]!;
