import { toFloat } from "./cast";
import type { Tensor } from "./tensor";

let active = false;

/**
 * Runs `fn` with products and convolutions reading and making f16 (sums in f32); all else goes on in the type of what it is
 * given. Parameters stay f32.
 * @see Micikevicius et al. 2018, "Mixed precision training"
 */
export const withAutocast = <R>(on: boolean, fn: () => R): R => {
  const outer = active;
  active = on;
  try {
    return fn();
  } finally {
    active = outer;
  }
};

/** Runs `fn` in f32 within a step that is captured with autocast. */
export const fullPrecision = <R>(fn: () => R): R => withAutocast(false, fn);

/** The type of what a kernel makes that computes in f32 whatever it reads: f16 under autocast, else that of what it reads. */
export const madeOf = ({ dtype }: Tensor): "f32" | "f16" => (active || dtype === "f16" ? "f16" : "f32");

/** Operands of a product or convolution: in f16 under autocast, and where one of them is f16. */
export function matched(...tensors: Tensor[]): Tensor[] {
  const halves = active || tensors.some((t) => t.dtype === "f16");
  return halves ? tensors.map((t) => (t.dtype === "f32" ? toFloat(t, "f16") : t)) : tensors;
}
