import permutationKernel from "../../shaders/permutation.wgsl";
import { type Draw, draw, drawOp } from "../families/random";
import type { RandomOptions } from "../graph/generator";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

/**
 * The numbers 0 … n − 1 in random order. Each element is computed independently, in one launch and without further memory.
 *
 * @param n integer ≥ 1
 * @returns i32[n]
 * @throws ShapeError where n is no integer of at least 1
 * @see Luby and Rackoff 1988; Black and Rogaway 2002, "Ciphers with arbitrary finite domains"
 */
export const permutation = (n: number, options: RandomOptions = {}): Tensor =>
  draw(op, [n], {}, optionsOf("permutation", options, "generator"));

export const op = drawOp<Draw>("permutation", "i32", ({ buffers, params, grid }) =>
  permutationKernel.dispatch({ buffers, params, grid, flops: 200 * params.len }),
);
