import { numel } from "../core/shape";
import type { Layout } from "../graph/op";
import { coalesce } from "./layout";

/** How four neighbouring results read memory with a strided layout. */
export type FourReads =
  /** All four read the same element. */
  | { readonly kind: "same" }
  /** From two vec4s: the one that holds the element `back` before the first, and the next. Result n reads lane `lanes[n]` of the eight. */
  | { readonly kind: "lanes"; readonly back: number; readonly lanes: readonly number[] }
  /** The same for neighbours in memory of which the first lane is only known at run time; backwards where `back` is 3. */
  | { readonly kind: "shifted"; readonly back: 0 | 3 }
  /** One by one: `step` elements apart, or without `step` at any places. */
  | { readonly kind: "single"; readonly step?: number };

/** The best way to read a buffer of `size` elements with a coalesced layout. */
export function fourReads(layout: Layout, size: number): FourReads {
  const { shape, strides, offset } = layout;
  const inner = shape.length - 1;
  if (shape[inner]! % 4 !== 0) return { kind: "single" };
  const step = strides[inner]!;
  if (step === 0) return { kind: "same" };
  const single = { kind: "single", step } as const;
  const distance = Math.abs(step);
  const inVectors = lastElement(layout) < size - (size % 4);
  if (distance > 2 || !inVectors) return single;
  const back = step < 0 ? 3 * distance : 0;
  if (strides.every((s, d) => d === inner || s % 4 === 0)) {
    const first = (offset - back + 4 * numel(shape) * distance) % 4;
    const lanes = [0, 1, 2, 3].map((n) => first + distance * (step < 0 ? 3 - n : n));
    return lanes.every((l) => l < 8) ? { kind: "lanes", back, lanes } : single;
  }
  return distance === 1 ? { kind: "shifted", back: step < 0 ? 3 : 0 } : single;
}

/** Whether every four neighbours, from a multiple of four on, are a vec4 in memory. */
export function liesInFours(layout: Layout): boolean {
  const { shape, strides, offset } = coalesce(layout);
  const inner = shape.length - 1;
  const aligned = (n: number) => n % 4 === 0;
  return aligned(shape[inner]!) && strides[inner] === 1 && aligned(offset) && strides.slice(0, inner).every(aligned);
}

/** The greatest number of an element that is read. */
const lastElement = ({ shape, strides, offset }: Layout): number =>
  shape.reduce((at, size, d) => at + Math.max(0, (size - 1) * strides[d]!), offset);

/** WGSL for four lanes of the vec4s `lo` and `hi`. */
export const lanesOf = (type: string, lo: string, hi: string, lanes: readonly number[]): string =>
  `${type}(${lanes.map((l) => `${l < 4 ? lo : hi}.${"xyzw"[l % 4]}`).join(", ")})`;

/** A WGSL function that takes four neighbours out of two vec4s, from lane `by` < 4 on. */
export const shiftedFunction = (
  name: string,
  type: string,
): string => `fn ${name}(lo: ${type}, hi: ${type}, by: u32) -> ${type} {
  let by_two = (by & 2u) != 0u;
  let first = select(lo, ${type}(lo.zw, hi.xy), by_two);
  return select(first, ${type}(first.yzw, select(hi.x, hi.z, by_two)), (by & 1u) != 0u);
}`;

/**
 * The distance between the `each` results (or vec4s) of an invocation at which all layouts read the same element for all of them, so
 * that it is read once: 1 where an element is repeated over neighbours, the length of a row where rows are repeated.
 * @returns null where there is no such distance
 */
export function sharedStep(layouts: readonly Layout[], each: number, width: number): number | null {
  const [first] = layouts;
  if (!first) return null;
  const repeats = ({ shape, strides }: Layout) => strides.at(-1) === 0 && shape.at(-1)! % (each * width) === 0;
  if (layouts.every(repeats)) return 1;
  const row = numel(first.shape.slice(1));
  const across = ({ shape, strides }: Layout) =>
    strides[0] === 0 && shape[0]! % each === 0 && numel(shape.slice(1)) === row;
  return row % width === 0 && layouts.every(across) ? row / width : null;
}
