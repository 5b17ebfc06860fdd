import { toFloat } from "./cast";
import { Setting } from "./setting";
import type { Tensor } from "./tensor";

const autocast = new Setting(false);

/**
 * Runs `fn` with autocast on or off. While it is on, products, convolutions (but for depthwise ones) and attention read and
 * write f16 and sum in f32, and normalisations write f16; every other op computes in the type of its inputs, and parameters
 * stay f32.
 * @see Micikevicius et al. 2018, "Mixed precision training"
 */
export const withAutocast = <R>(on: boolean, fn: () => R): R => autocast.during(on, fn);

/** Runs `fn` in f32 within a step that is captured with autocast. */
export const fullPrecision = <R>(fn: () => R): R => withAutocast(false, fn);

/** The output type of a kernel that computes in f32 whatever it reads: f16 under autocast, else the type of its input. */
export const madeOf = ({ dtype }: Tensor): "f32" | "f16" => (autocast.value || dtype === "f16" ? "f16" : "f32");

/** Operands of a product or convolution: all in f16 under autocast, or where one of them is f16. */
export function matched(...tensors: Tensor[]): Tensor[] {
  const halves = autocast.value || tensors.some((t) => t.dtype === "f16");
  return halves ? tensors.map((t) => (t.dtype === "f32" ? toFloat(t, "f16") : t)) : tensors;
}
