import { ShapeError } from "../core/errors";
import { sameShape, showShape } from "../core/shape";
import { matched } from "../graph/autocast";
import { checkFloats, checkTensors } from "../graph/op";
import { checkList, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { permute } from "./permute";
import { reshape } from "./reshape";
import { type MaskedAttentionOptions, recordAttention, scaledDotProductAttention } from "./scaledDotProductAttention";
import { slice } from "./slice";

export interface MultiHeadAttentionOptions extends MaskedAttentionOptions {
  /** H, the number of equal parts each row is cut into; each part attends by itself. */
  readonly heads: number;
}

/**
 * {@link scaledDotProductAttention} of rows that hold the heads side by side, read and written where they lie:
 * nothing is permuted or copied, unless there is a `mask` or the size of a head is no multiple of four.
 *
 * @param projections queries, keys and values, f32 or f16, C = H·E:
 *   one tensor [B, T, 3·C] that holds all three side by side; or queries [B, Tq, C] and a tensor [B, Tk, 2·C] that
 *   holds keys and values; or queries [B, Tq, C], keys and values [B, Tk, C]
 * @returns [B, Tq, C]
 * @throws ShapeError, DTypeError
 * @see Vaswani et al. 2017, "Attention is all you need", §3.2.2
 */
export function multiHeadAttention(
  projections: readonly [Tensor, Tensor?, Tensor?],
  options: MultiHeadAttentionOptions,
): Tensor {
  const { heads, ...rest } = optionsOf(NAME, options, "heads mask causal lengths scale dropout generator");
  checkList(NAME, "projections", projections);
  const [query, ...others] = projections;
  const present = [query, ...others.filter((t) => t !== undefined)];
  checkTensors(NAME, present);
  const tensors = matched(...present);
  const { batch, rows, keys, c } = sizesOf(tensors, heads);
  const size = c / heads;
  // Which C elements of the rows of its tensor each operand takes.
  const parts = [
    [0, 1, 2],
    [0, 0, 1],
    [0, 0, 0],
  ][tensors.length - 1]!;
  const [first, second = first, third = second] = tensors as [Tensor, Tensor?, Tensor?];
  const operands = [first, second, third] as const;
  if (rest.mask) return masked(operands, parts, size, heads, rest);
  const layout = (head: number) => {
    const [q, k, v] = operands.map((t, i) => {
      const row = (t.shape[2]! / size) * head;
      return { at: parts[i]! * heads * head, batch: t.shape[1]! * row, head, row };
    });
    const row = heads * head;
    return { shape: [batch, rows, row], q: q!, k: k!, v: v!, out: { at: 0, batch: rows * row, head, row } };
  };
  return recordAttention(NAME, tensors, { batch, heads, rows, keys, size }, layout, rest);
}

const NAME = "multiHeadAttention";

/** @throws ShapeError, DTypeError unless the tensors hold queries, keys and values of the given number of heads */
function sizesOf(tensors: readonly Tensor[], heads: number) {
  checkFloats(NAME, tensors);
  const n = tensors.length;
  const [first, second = first] = tensors as [Tensor, Tensor?];
  const [batch, rows, width] = first.shape as [number, number, number];
  const c = n === 1 ? width / 3 : width;
  const wants = [[3 * c], [c, 2 * c], [c, c, c]][n - 1] ?? [];
  const keys = second.shape[1]!;
  const fits = tensors.every((t, i) => sameShape(t.shape, [batch, i ? keys : rows, wants[i]!]));
  const isWhole = Number.isInteger(heads) && heads >= 1 && Number.isInteger(c / heads);
  if (first.shape.length !== 3 || n > 3 || !fits || !isWhole)
    throw new ShapeError(
      NAME,
      "wants [B, T, 3·C], or [B, Tq, C] and [B, Tk, 2·C], or three of C, C a multiple of heads",
      { projections: tensors.map((t) => showShape(t.shape)).join(", "), heads: String(heads) },
    );
  return { batch, rows, keys, c };
}

/** With a mask the scores are stored, by ops, for which the operands are cut out and permuted. */
function masked(
  operands: readonly Tensor[],
  parts: readonly number[],
  size: number,
  heads: number,
  options: MaskedAttentionOptions,
): Tensor {
  const [q, k, v] = operands.map((t, i) => {
    const [batch, rows] = t.shape as [number, number];
    const part = slice(t, 2, parts[i]! * heads * size, (parts[i]! + 1) * heads * size);
    return permute(reshape(part, [batch, rows, heads, size]), [0, 2, 1, 3]);
  });
  const out = permute(scaledDotProductAttention(q!, k!, v!, options), [0, 2, 1, 3]);
  return reshape(out, [out.shape[0]!, out.shape[1]!, -1]);
}
