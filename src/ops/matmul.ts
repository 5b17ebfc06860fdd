import mulFunction from "../../shaders/pointwise/mul.wgsl";
import { ShapeError } from "../core/errors";
import { broadcastShapes, numel, type Shape, type Spec, sameShape, showShape } from "../core/shape";
import { type Product, productDispatches, productWays } from "../families/products";
import { reduceDispatches } from "../families/reductions";
import { matched } from "../graph/autocast";
import { checkFloats, checkTensors, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise } from "../graph/pointwise";
import { reductionDims } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { dot } from "./dot";
import { expand } from "./expand";
import { mul } from "./mul";
import { reshape } from "./reshape";
import { squeeze } from "./squeeze";

export interface MatmulOptions {
  /** Read `left` as [.., K, M]; default false. */
  readonly transA?: boolean;
  /** Read `right` as [.., N, K]; default false. */
  readonly transB?: boolean;
}

type MatmulAttrs = Required<MatmulOptions>;

/**
 * Matrix product, `out[…, m, n] = Σₖ left[…, m, k] · right[…, k, n]`, accumulated in f32.
 *
 * @param left [.., M, K] f32 or f16, or [.., K, M] with `transA`; or [K], a row
 * @param right [.., K, N] f32 or f16, or [.., N, K] with `transB`; or [K], a column
 * @returns [.., M, N], f16 where an operand is; leading dimensions broadcast. Where an operand is a vector, its dimension of size 1
 *   is left out
 * @throws ShapeError unless both are vectors, matrices or batches of matrices with the same K; DTypeError
 * @see Giles 2008, "Collected matrix derivative results", §2.2.2
 */
export function matmul(left: Tensor, right: Tensor, options: MatmulOptions = {}): Tensor {
  const { transA = false, transB = false } = optionsOf("matmul", options, "transA transB");
  checkTensors("matmul", [left, right]);
  const [a, b] = matched(left, right) as [Tensor, Tensor];
  if (a.shape.length === 0 || b.shape.length === 0) refuseRank(a, b);
  if (a.shape.length === 1 || b.shape.length === 1) return vectorProduct(a, b, transA, transB);
  const thin = thinProduct(a, b, transA, transB);
  if (thin) return thin;
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batch = broadcastShapes("matmul", [batchA, batchB]);
  // The kernel takes the same batch for both operands, or none for one of them.
  const fit = (t: Tensor, own: Shape) =>
    sameShape(own, batch) || numel(own) === 1 ? t : expand(t, [...batch, ...t.shape.slice(-2)]);
  // One right operand for the whole batch: its matrices are further rows of one product.
  if (numel(batchB) === 1 && a.shape.length > 2 && !transA) {
    const rows = record(op, [a, b.shape.length === 2 ? b : reshape(b, b.shape.slice(-2))], { transA, transB });
    const shape = [...batch, a.shape.at(-2)!, rows.shape.at(-1)!];
    return sameShape(shape, rows.shape) ? rows : reshape(rows, shape);
  }
  const flat = (t: Tensor) =>
    t.shape.length === 3 || t.shape.length === 2 ? t : reshape(t, [-1, ...t.shape.slice(-2)]);
  const out = record(op, [flat(fit(a, batchA)), flat(fit(b, batchB))], { transA, transB });
  return batch.length <= 1 && out.shape.length === batch.length + 2
    ? out
    : reshape(out, [...batch, ...out.shape.slice(-2)]);
}

/**
 * A product of one term, or with one column, by one matrix for all rows: there the matrix kernels would leave lanes idle, and
 * products of elements (and their sums) fuse with what is around them. null for other products, and for f16, which the kernels
 * add up in f32.
 */
function thinProduct(a: Tensor, b: Tensor, transA: boolean, transB: boolean): Tensor | null {
  const [[m, k], [kb, n]] = [rowsCols(a, transA), rowsCols(b, transB)];
  if (a.dtype !== "f32" || b.dtype !== "f32" || k !== kb || b.shape.length > 2) return null;
  if (k === 1) return record(oneTerm, [reshape(a, [...a.shape.slice(0, -2), m, 1]), reshape(b, [1, n])], {});
  if (n > 1 || transA) return null;
  const row = reshape(b, [1, k]);
  return record(oneColumn, [mul(a, row), a, row], {});
}

/** The product of a column [.., M, 1] and a row [1, N]. */
const oneTerm = pointwise(mulFunction, ([column, row], dOut) => [
  matmul(dOut, row!, { transB: true }),
  reshape(matmul(asMatrix(dOut), asMatrix(column!), { transA: true }), row!.shape),
]);

/** Inputs: the products [.., M, K] of a and a row [1, K], then these two, to which the gradients flow. Sums the products. */
const oneColumn: KernelOp = {
  kind: "kernel",
  name: "matmul_column",
  prologue: true,
  infer: ([products]) => [{ shape: [...products!.shape.slice(0, -1), 1], dtype: "f32" }],
  lower: ([products], [out], _, target) =>
    reduceDispatches(products!, out!, reductionDims(products!.shape, [products!.shape.length - 1])!, target),
  vjp: ([, a, row], [dOut]) => [null, matmul(dOut!, row!), matmul(asMatrix(dOut!), asMatrix(a!), { transA: true })],
};

/** A product with a vector: as a matrix of one row or one column, whose dimension is then removed. */
function vectorProduct(a: Tensor, b: Tensor, transA: boolean, transB: boolean): Tensor {
  const [isRow, isColumn] = [a.shape.length === 1, b.shape.length === 1];
  if (isRow && isColumn) return dot(a, b);
  const out = isRow ? matmul(reshape(a, [1, a.size]), b, { transB }) : matmul(a, reshape(b, [b.size, 1]), { transA });
  return squeeze(out, isRow ? -2 : -1);
}

function refuseRank(a: Tensor, b: Tensor): never {
  throw new ShapeError("matmul", "operands must be vectors, matrices or batches of matrices", {
    a: showShape(a.shape),
    b: showShape(b.shape),
  });
}

export const op: KernelOp<MatmulAttrs> = {
  kind: "kernel",
  name: "matmul",
  halves: true,

  infer([a, b], { transA, transB }) {
    checkFloats("matmul", [a!, b!]);
    const [m, k] = rowsCols(a!, transA);
    const [kb, n] = rowsCols(b!, transB);
    if (k !== kb) {
      throw new ShapeError(
        "matmul",
        "inner dimensions differ",
        { a: `${showShape(a!.shape)}, K = ${k}`, b: `${showShape(b!.shape)}, K = ${kb}` },
        n === k ? `pass { transB: ${!transB} }` : undefined,
      );
    }
    if (isRows(a!, b!, transA)) return [{ shape: [...a!.shape.slice(0, -1), n], dtype: a!.dtype }];
    const batch = Math.max(batchOf(a!), batchOf(b!));
    return [{ shape: a!.shape.length === 3 || b!.shape.length === 3 ? [batch, m, n] : [m, n], dtype: a!.dtype }];
  },

  lower: ([a, b], [out], attrs, target, side) =>
    productDispatches(a!, b!, out!, productOf(a!, b!, attrs, side !== undefined), target, side),
  ways: ([a, b], attrs, target) => productWays(productOf(a!, b!, attrs, false), target),

  // A product aᵀ·b reads every row of aᵀ anyway: where a is the gradient of a linear layer, their sums are that of the bias.
  sideSum([a, b], { transA }) {
    if (!transA || batchOf(a!) > 1 || batchOf(b!) > 1) return null;
    const [k, m] = a!.shape.slice(-2) as [number, number];
    return { of: a!, dims: { k0: 1, r0: k, k1: m, r1: 1 } };
  },

  // Y = A·B  ⇒  dA = dY·Bᵀ,  dB = Aᵀ·dY.  An operand read transposed has its factors swapped.
  vjp([a, b], [dY], { transA, transB }) {
    if (isRows(a!, b!, transA)) {
      const [rows, dRows] = [asMatrix(a!), asMatrix(dY!)];
      const [left, right] = transB ? [dRows, rows] : [rows, dRows];
      return [matmul(dY!, b!, { transB: !transB }), matmul(left, right, { transA: true })];
    }
    return [
      transA ? matmul(b!, dY!, { transA: transB, transB: true }) : matmul(dY!, b!, { transB: !transB }),
      transB ? matmul(dY!, a!, { transA: true, transB: transA }) : matmul(a!, dY!, { transA: !transA }),
    ];
  },
};

/** A batch of matrices as one matrix, their rows stacked. */
const asMatrix = (t: Tensor): Tensor => (t.shape.length === 2 ? t : reshape(t, [-1, t.shape.at(-1)!]));

/** Whether `b` is one matrix and `a` has leading dimensions that are further rows. */
const isRows = (a: Spec, b: Spec, transA: boolean): boolean => b.shape.length === 2 && a.shape.length > 2 && !transA;

const batchOf = ({ shape }: Spec): number => numel(shape.slice(0, -2));

function rowsCols({ shape }: Spec, transposed: boolean): [number, number] {
  const [rows, cols] = shape.slice(-2) as [number, number];
  return transposed ? [cols, rows] : [rows, cols];
}

function productOf(a: Spec, b: Spec, { transA, transB }: MatmulAttrs, sums: boolean): Product {
  const [rows, k] = rowsCols(a, transA);
  const [, n] = rowsCols(b, transB);
  const further = isRows(a, b, transA) ? batchOf(a) : 1;
  const m = rows * further;
  const [aBatch, bBatch] = [batchOf(a) / further, batchOf(b)];
  const batch = Math.max(aBatch, bBatch);
  return { m, n, k, batch, transA, transB, aBatch: aBatch > 1 ? m * k : 0, bBatch: bBatch > 1 ? k * n : 0, sums };
}
