import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { checkTensors } from "../graph/op";
import { checkWord, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { add } from "../ops/add";
import { flip } from "../ops/flip";
import { mul } from "../ops/mul";
import { oneHot } from "../ops/oneHot";
import { reshape } from "../ops/reshape";
import { sub } from "../ops/sub";
import { symmetricBeta } from "../ops/symmetricBeta";
import type { AugmentationOptions } from "./augment";

export interface MixupOptions extends AugmentationOptions {
  /** λ is drawn from Beta(alpha, alpha); default 0.2. With 0 nothing is mixed. */
  readonly alpha?: number;
  /** One λ for the whole batch, as in the paper, or one per example (default). */
  readonly per?: "batch" | "example";
  /** Number of classes; needed where labels are class numbers. */
  readonly classes?: number;
}

/**
 * Each example mixed with another of its batch, and their labels in the same proportion:
 * `x′ = λ·x + (1 − λ)·x_partner`, `labels′ = λ·labels + (1 − λ)·labels_partner`, λ from Beta(α, α), drawn exactly.
 * Example i's partner is example N − 1 − i: in a shuffled batch as good as any other, and it costs no launch. In a batch of
 * odd size the middle one stays as it is.
 *
 * @param x [N, …] f32
 * @param labels class numbers i32 [N] (a number that is no class gives zeros), or one-hot or soft labels [N, C] f32
 * @returns x of the same shape, and soft labels [N, C] for `softmaxCrossEntropy`. Without `training` nothing is mixed.
 * Gradients flow through both
 * @throws ShapeError where labels do not match x, class numbers come without `classes`, alpha is negative, or `per` is another
 * word
 * @see Zhang et al. 2018, "mixup: beyond empirical risk minimization"
 */
export function mixup(x: Tensor, labels: Tensor, options: MixupOptions = {}): { x: Tensor; labels: Tensor } {
  const {
    alpha = 0.2,
    per = "example",
    classes,
    training = true,
    generator,
  } = optionsOf("mixup", options, "alpha per classes training generator");
  checkWord("mixup", "per", per, ["batch", "example"]);
  checkTensors("mixup", [x, labels]);
  const [examples] = x.shape;
  const shown = { x: showShape(x.shape), labels: showShape(labels.shape) };
  const rank = labels.dtype === "f32" ? 2 : 1;
  if (examples === undefined || labels.shape.length !== rank || labels.shape[0] !== examples)
    throw new ShapeError("mixup", "wants x [N, …] with labels i32 [N] or f32 [N, C]", shown);
  if (rank === 1 && classes === undefined)
    throw new ShapeError("mixup", "class numbers cannot be mixed", shown, "pass { classes }");
  if (!(alpha >= 0)) throw new ShapeError("mixup", `alpha ${alpha}`, { wants: "0 or more" });
  const soft = rank === 1 ? oneHot(labels, classes!) : labels;
  if (!training || alpha === 0 || examples === 1) return { x, labels: soft };
  const share = symmetricBeta([per === "batch" ? 1 : examples], { alpha, generator });
  const mixed = (t: Tensor) => {
    const by = reshape(share, [-1, ...t.shape.slice(1).map(() => 1)]);
    const partner = flip(t, 0);
    return add(partner, mul(by, sub(t, partner)));
  };
  return { x: mixed(x), labels: mixed(soft) };
}
