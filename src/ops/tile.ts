import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { checkList } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { expand } from "./expand";
import { reshape } from "./reshape";

/**
 * The tensor repeated along its dimensions: `out[i, …] = x[i mod size, …]`.
 * @param x any dtype
 * @param repeats how often, for each of the last dimensions; further numbers add leading dimensions
 * @throws ShapeError where a number is not an integer ≥ 1
 */
export function tile(x: Tensor, repeats: number | readonly number[]): Tensor {
  const given = typeof repeats === "number" ? [repeats] : repeats;
  if (!given.every((r) => Number.isInteger(r) && r >= 1))
    throw new ShapeError("tile", "repeats must be integers of at least 1", { repeats: showShape(given) });
  const rank = Math.max(given.length, x.shape.length);
  const sizes = [...Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  const times = [...Array<number>(rank - given.length).fill(1), ...given];
  const shape = sizes.map((size, d) => size * times[d]!);
  if (times.every((r) => r === 1)) return reshape(x, shape);
  const pairs = sizes.flatMap((size, d) => (times[d] === 1 ? [size] : [1, size]));
  const repeated = sizes.flatMap((size, d) => (times[d] === 1 ? [size] : [times[d]!, size]));
  return reshape(expand(reshape(x, pairs), repeated), shape);
}

/** {@link tile} with a number for every dimension, or more. @throws ShapeError where there are fewer */
export function repeat(x: Tensor, repeats: readonly number[]): Tensor {
  checkList("repeat", "repeats", repeats);
  if (repeats.length < x.shape.length)
    throw new ShapeError(
      "repeat",
      "fewer numbers than dimensions",
      { x: showShape(x.shape), repeats: showShape(repeats) },
      "tile takes them for the last dimensions",
    );
  return tile(x, repeats);
}
