import { checkWhole, numel, type Shape } from "../core/shape";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { add } from "../ops/add";
import { cast } from "../ops/cast";
import { matmul } from "../ops/matmul";
import { checkGiven } from "./given";
import { fansOf, type Initializer, initialized, uniformByFanIn } from "./init";
import { Module } from "./module";

export interface LinearOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** First values of the weight; default uniform in ±1/√inFeatures. */
  readonly init?: Initializer;
  /** First values of the bias; default the same. */
  readonly biasInit?: Initializer;
}

/** Affine map `y = x · Wᵀ + b`. x [.., inFeatures] → [.., outFeatures]; weight [outFeatures, inFeatures]. */
export class Linear extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: LinearOptions = {},
  ) {
    super();
    optionsOf("Linear", options, "bias init biasInit");
    const { bias = true, init = uniformByFanIn, biasInit = uniformByFanIn } = options;
    checkWhole("Linear", { inFeatures, outFeatures });
    const shape = [outFeatures, inFeatures];
    this.weight = initialized("weight", shape, fansOf(shape), init);
    if (bias) this.bias = initialized("bias", [outFeatures], fansOf(shape), biasInit);
  }

  /** @throws ShapeError, DTypeError */
  override forward(x: Tensor): Tensor {
    const { inFeatures } = this;
    const flat = (shape: Shape) =>
      numel(shape.slice(1)) === inFeatures ? "put Flatten before it: flatten(x)" : undefined;
    checkGiven("Linear", x, (shape) => shape.at(-1) === inFeatures, "x [.., inFeatures]", { inFeatures }, flat);
    return affine(x, this.weight, this.bias);
  }
}

/** `x · Wᵀ + b`, in f16 where the product is: under autocast, or where x is. */
export function affine(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  const y = matmul(x, weight, { transB: true });
  if (!bias) return y;
  const biased = add(y, bias);
  return y.dtype === "f16" ? cast(biased, "f16") : biased;
}
