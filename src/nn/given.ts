import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
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
