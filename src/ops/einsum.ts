import { isFloat } from "../core/dtype";
import { parseEquation } from "../core/equation";
import { DTypeError, ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { checkTensors } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { matmul } from "./matmul";
import { mul } from "./mul";
import { permute } from "./permute";
import { reshape } from "./reshape";
import { sum } from "./sum";

/** A tensor with a label for each of its dimensions. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/**
 * Sums of products in Einstein's notation, as in `einsum("bij,bjk->bik", a, b)`: labels missing in the result are summed over.
 * Operands are joined from left to right, each pair by a matrix product where it sums over labels.
 *
 * @param equation a letter for each dimension of each operand; `...` stands for any further dimensions, which broadcast. Without
 * `->` the result has the dimensions of `...`, then those of the labels that occur once, in alphabetical order
 * @param operands f32; dimensions of one label are equal or 1
 * @throws ShapeError where the equation does not fit the operands, or names a label twice in one (a diagonal); DTypeError
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  if (typeof equation !== "string" || !operands.length)
    throw new ShapeError("einsum", "takes an equation and its operands", {}, 'einsum("ij,jk->ik", a, b)');
  checkTensors("einsum", operands);
  for (const [i, x] of operands.entries())
    if (!isFloat(x.dtype)) throw new DTypeError("einsum", `operand ${i} has dtype ${x.dtype}`, { wants: "f32" });
  const { inputs, output } = parseEquation(
    equation,
    operands.map((x) => x.shape),
  );
  const sizes = new Map<string, number>();
  operands.forEach(({ shape }, i) => {
    shape.forEach((size, d) => {
      const label = inputs[i]![d]!;
      const known = sizes.get(label) ?? 1;
      if (known !== 1 && size !== 1 && known !== size)
        throw new ShapeError("einsum", `sizes of ${label} differ`, {
          equation,
          operands: operands.map((x) => showShape(x.shape)).join(" "),
        });
      sizes.set(label, Math.max(known, size));
    });
  });
  const terms = operands.map((x, i) => withoutOnes(x, inputs[i]!));
  const result = terms.slice(1).reduce((left, right, i) => {
    const wanted = new Set([...output, ...terms.slice(i + 2).flatMap((t) => t.labels)]);
    return joined(left, right, wanted);
  }, terms[0]!);
  return spread(summed(result, new Set(output)), output);
}

/** The tensor without its dimensions of size 1, which broadcast. */
function withoutOnes(x: Tensor, labels: readonly string[]): Labelled {
  const kept = labels.filter((_, d) => x.shape[d] !== 1);
  return {
    x: reshape(
      x,
      x.shape.filter((size) => size !== 1),
    ),
    labels: kept,
  };
}

/** The sum over all labels that are not wanted. */
function summed({ x, labels }: Labelled, wanted: ReadonlySet<string>): Labelled {
  const axes = labels.flatMap((label, d) => (wanted.has(label) ? [] : [d]));
  if (!axes.length) return { x, labels };
  return { x: sum(x, axes), labels: labels.filter((label) => wanted.has(label)) };
}

/** The tensor with its dimensions in the order of the labels. */
function inOrder({ x, labels }: Labelled, wanted: readonly string[]): Tensor {
  const axes = wanted.map((label) => labels.indexOf(label));
  return axes.every((axis, d) => axis === d) ? x : permute(x, axes);
}

/** The product of two operands, summed over the labels that nothing else wants. */
function joined(left: Labelled, right: Labelled, wanted: ReadonlySet<string>): Labelled {
  const a = summed(left, new Set([...right.labels, ...wanted]));
  const b = summed(right, new Set([...left.labels, ...wanted]));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => wanted.has(label));
  const contracted = shared.filter((label) => !wanted.has(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = b.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...rows, ...columns];
  if (contracted.length && (rows.length || columns.length))
    return { x: product(a, b, { batch, rows, columns, contracted }), labels };
  // Nothing to sum over, or nothing else: products of elements, which fuse with the sum.
  const all = [...labels, ...contracted];
  const [x, y] = [spread(a, all), spread(b, all)];
  return summed({ x: mul(x, y), labels: all }, wanted);
}

/** The tensor with its dimensions in the order of the labels, and ones for those that it lacks. */
function spread(t: Labelled, all: readonly string[]): Tensor {
  const ordered = inOrder(
    t,
    all.filter((label) => t.labels.includes(label)),
  );
  let d = 0;
  return reshape(
    ordered,
    all.map((label) => (t.labels.includes(label) ? ordered.shape[d++]! : 1)),
  );
}

interface Roles {
  readonly batch: readonly string[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly contracted: readonly string[];
}

/** The pair as one batched matrix product; an operand that lies transposed in memory is read so rather than copied. */
function product(a: Labelled, b: Labelled, { batch, rows, columns, contracted }: Roles): Tensor {
  const sizeOf = (t: Labelled) => (label: string) => t.x.shape[t.labels.indexOf(label)]!;
  const count = (t: Labelled, labels: readonly string[]) => labels.map(sizeOf(t)).reduce((n, size) => n * size, 1);
  const lies = (t: Labelled, ...parts: (readonly string[])[]) =>
    parts.flat().every((label, d) => t.labels[d] === label);
  const transA = lies(a, batch, contracted, rows) && !lies(a, batch, rows, contracted);
  const transB = lies(b, batch, columns, contracted) && !lies(b, batch, contracted, columns);
  const matrices = (t: Labelled, first: readonly string[], second: readonly string[]) =>
    reshape(inOrder(t, [...batch, ...first, ...second]), [
      ...(batch.length ? [count(t, batch)] : []),
      count(t, first),
      count(t, second),
    ]);
  const out = matmul(
    transA ? matrices(a, contracted, rows) : matrices(a, rows, contracted),
    transB ? matrices(b, columns, contracted) : matrices(b, contracted, columns),
    { transA, transB },
  );
  return reshape(out, [...batch.map(sizeOf(a)), ...rows.map(sizeOf(a)), ...columns.map(sizeOf(b))]);
}
