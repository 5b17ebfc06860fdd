import gradKernel from "../../shaders/outer_grad.wgsl";
import mulFunction from "../../shaders/pointwise/mul.wgsl";
import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { joinedParts } from "../families/parts";
import { type KernelOp, record, recordAll } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import { scratch, type Tensor } from "../graph/tensor";
import { addFlowing } from "./add";
import { mul } from "./mul";
import { sumTo } from "./sum";
import { unsqueeze } from "./unsqueeze";

/**
 * Outer product of two vectors, `out[i, j] = a[i] · b[j]`. It fuses with what reads it.
 * @param a [N]
 * @param b [M], same dtype
 * @returns [N, M]
 * @throws ShapeError unless both are vectors; DTypeError
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length !== 1 || b.shape.length !== 1)
    throw new ShapeError("outer", "wants two vectors", { a: showShape(a.shape), b: showShape(b.shape) });
  return record(op, [unsqueeze(a, 1), b], {});
}

/** Elements from which on both gradients come from one reading of dOut; with fewer it is read twice, in fewer launches. */
const LARGE = 2 ** 16;

/** The product of a column [N, 1] and a row [M]. */
export const op = pointwise(
  mulFunction,
  ([a, b], dOut) => {
    const isF32 = [a, b, dOut].every((t) => t!.dtype === "f32");
    if (isF32 && dOut.size >= LARGE && a!.size % 4 === 0 && b!.size % 4 === 0)
      return recordAll(gradOp, [dOut, a!, b!], {});
    return [mul(dOut, b!), mul(dOut, a!)];
  },
  { name: "outer" },
);

/** Rows that an invocation takes, at most how many vec4s of each it takes, and at least how many invocations share them. */
const ROWS = 8;
const MOST_QUADS = { cpu: 32, gpu: 8 } as const;
const LEAST_LANES = { cpu: 8, gpu: 64 } as const;

const gradOp: KernelOp = {
  kind: "kernel",
  name: "outer_grad",
  prologue: true,
  infer: ([, a, b]) => [a!, b!],
  lower([dOut, a, b], [dA, dB], _, target, _side, isRead = () => true) {
    const device = target.cpu ? "cpu" : "gpu";
    const [n, quads] = [a!.size, b!.size / 4];
    const least = LEAST_LANES[device];
    const lanes = Math.min(quads, least * Math.ceil(quads / MOST_QUADS[device] / least));
    const parts = Math.ceil(n / ROWS);
    const partial_a = scratch({ shape: [lanes, n], dtype: "f32" });
    const partial_b = scratch({ shape: [parts, 4 * quads], dtype: "f32" });
    return [
      gradKernel.dispatch({
        buffers: { x: dOut!, a: a!, b: b!, partial_a, partial_b },
        params: { n, quads, lanes },
        constants: { ROWS },
        grid: parts * lanes,
        flops: 4 * dOut!.size,
      }),
      ...(isRead(dB!) ? joinedParts(parts, target, [partial_b, dB!]) : []),
      ...(isRead(dA!) ? joinedParts(lanes, target, [partial_a, dA!]) : []),
    ];
  },
  vjp([dOut, a, b], [qA, qB]) {
    const dA = qB ? sumTo(mul(dOut!, qB), a!.shape) : null;
    const dB = qA ? sumTo(mul(dOut!, qA), b!.shape) : null;
    return [addFlowing([qA && mul(qA, b!), qB && mul(qB, a!)]), dA, dB];
  },
};
