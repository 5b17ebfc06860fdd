import { ShapeError } from "../core/errors";
import { type Pair, pair, showShape } from "../core/shape";
import type { Tensor } from "../graph/tensor";

/**
 * @param wants what the layer takes: a name and a shape, as in "x [N, inFeatures]"
 * @param sizes the sizes named there
 * @throws ShapeError in the layer's name, unless x fits
 */
export function checkGiven(
  layer: string,
  x: Tensor,
  fits: boolean,
  wants: string,
  sizes: Readonly<Record<string, number | string>>,
  fix?: string,
): void {
  if (fits) return;
  const shown = Object.entries(sizes).map(([name, size]) => [name, String(size)]);
  const name = wants.slice(0, wants.indexOf(" "));
  throw new ShapeError(layer, `wants ${wants}`, { [name]: showShape(x.shape), ...Object.fromEntries(shown) }, fix);
}

/** @throws ShapeError in the layer's name, unless all sizes are integers of at least `least`; undefined is left to the op's default */
export function checkSizes(layer: string, sizes: Readonly<Record<string, Pair | undefined>>, least = 1): void {
  for (const [name, size] of Object.entries(sizes))
    if (size !== undefined && !pair(layer, size).every((v) => Number.isInteger(v) && v >= least))
      throw new ShapeError(layer, `${name} ${size}`, { wants: `integers of at least ${least}` });
}
