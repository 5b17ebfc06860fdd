// Gradients of gradients, also where several elements are the maximum, or some are 0.
import type { Pair } from "../../src/core/shape";
import type { Tensor } from "../../src/graph/tensor";
import { adaptiveMaxPool2d } from "../../src/ops/adaptiveMaxPool2d";
import { bce } from "../../src/ops/bce";
import { cumprod } from "../../src/ops/cumprod";
import { klDiv } from "../../src/ops/klDiv";
import { maxPool1d } from "../../src/ops/maxPool1d";
import { maxPool2d, type Pool2dOptions } from "../../src/ops/maxPool2d";
import { type NormOptions, norm } from "../../src/ops/norm";
import { prod } from "../../src/ops/prod";
import { scaledDotProductAttention } from "../../src/ops/scaledDotProductAttention";
import { gradients } from "../../src/optim/gradients";
import { type Build, describeGoldens } from "./goldens";

/** The gradient of an op for x, from the op's operands and what flows into it. */
const gradientOf =
  <Attrs>(op: (inputs: Record<string, Tensor>, attrs: Attrs) => Tensor): Build =>
  (inputs, attrs) =>
    gradients(op(inputs, attrs), [inputs.x!], inputs.dOut!);

type Pool = { readonly kernelSize: Pair } & Pool2dOptions;

await describeGoldens("second", {
  maxPool1d: gradientOf<{ kernelSize: number }>(({ x }, { kernelSize }) => maxPool1d(x!, kernelSize)),
  maxPool2d: gradientOf<Pool>(({ x }, { kernelSize, ...options }) => maxPool2d(x!, kernelSize, options)),
  adaptiveMaxPool2d: gradientOf<{ outputSize: Pair }>(({ x }, { outputSize }) => adaptiveMaxPool2d(x!, outputSize)),
  bce: gradientOf(({ x, target }) => bce(x!, target!, { reduction: "none" })),
  prod: gradientOf<{ axes: number }>(({ x }, { axes }) => prod(x!, axes)),
  cumprod: gradientOf<{ axis: number }>(({ x }, { axis }) => cumprod(x!, axis)),
  norm: gradientOf<NormOptions & { axes: number }>(({ x }, { axes, ...options }) => norm(x!, axes, options)),
  klDiv: gradientOf(({ x, log }) => klDiv(log!, x!, { reduction: "none" })),
  scaledDotProductAttention: gradientOf<{ causal: boolean }>(({ x, key, value }, options) =>
    scaledDotProductAttention(x!, key!, value!, options),
  ),
});
