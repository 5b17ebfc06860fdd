import categoricalKernel from "../../shaders/categorical.wgsl";
import categoricalTree from "../../shaders/categorical_tree.wgsl";
import { ShapeError } from "../core/errors";
import { byTree, rowGroups } from "../families/rowwise";
import { defaultGenerator, type RandomOptions, useGenerator } from "../graph/generator";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

interface CategoricalAttrs {
  readonly stream: number;
}

/**
 * Draws a class for each row, class c with probability softmax(logits)[c]: argmax(logits + g), g from the Gumbel
 * distribution. No gradient flows. To leave a class out, give it a logit of −1e30, not −∞. Many draws from one distribution of many
 * classes cost less by `searchSorted`.
 *
 * @param logits f32 [.., C]
 * @returns i32 [..], in 0 … C − 1
 * @throws ShapeError where logits is a scalar; DTypeError
 * @see Gumbel 1954; Maddison, Tarlow and Minka 2014, "A* sampling"
 */
export function categorical(logits: Tensor, options: RandomOptions = {}): Tensor {
  const { generator = defaultGenerator } = optionsOf("categorical", options, "generator");
  checkDTypes("categorical", [logits], ["f32"]);
  if (!logits.shape.length)
    throw new ShapeError("categorical", "logits of one number have no classes", { logits: "[]", wants: "[.., C]" });
  return record(op, [logits, generator.state], { stream: useGenerator(generator) });
}

/** On a CPU: with fewer rows than this, rows of at least this many classes get a workgroup each. */
const FEW = 8;
const LONG = 256;

export const op: KernelOp<CategoricalAttrs> = {
  kind: "kernel",
  name: "categorical",
  infer: ([logits]) => [{ shape: logits!.shape.slice(0, -1), dtype: "i32" }],
  lower([logits, state], [out], { stream }, target) {
    const classes = logits!.shape.at(-1)!;
    const rows = out!.size;
    const buffers = { logits: logits!, state: state!, out: out! };
    const shared = { buffers, params: { rows, classes, stream }, flops: 100 * logits!.size };
    // Few long rows are worth a workgroup each on a CPU too: else most of its lanes would idle.
    if (byTree(classes, target) || (rows < FEW && classes >= LONG))
      return [categoricalTree.dispatch({ ...shared, grid: rowGroups(rows) })];
    return [categoricalKernel.dispatch({ ...shared, grid: rows })];
  },
  vjp: () => [null, null],
};
