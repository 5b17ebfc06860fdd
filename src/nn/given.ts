import { ShapeError } from "../core/errors";
import { checkWhole, type Shape, showShape } from "../core/shape";
import { checkTensors } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { checkGroups } from "../ops/groupNorm";

/**
 * @param wants what the layer takes: a name and a shape, as in "x [N, inFeatures]"
 * @param sizes the sizes named there
 * @throws in the layer's name ShapeError unless x fits, DTypeError where it is no tensor
 */
export function checkGiven(
  layer: string,
  x: Tensor,
  fits: (shape: Shape) => boolean,
  wants: string,
  sizes: Readonly<Record<string, number | string>>,
  fix?: (shape: Shape) => string | undefined,
): void {
  checkTensors(layer, [x]);
  if (fits(x.shape)) return;
  const shown = Object.entries(sizes).map(([name, size]) => [name, String(size)]);
  const name = wants.slice(0, wants.indexOf(" "));
  throw new ShapeError(
    layer,
    `wants ${wants}`,
    { [name]: showShape(x.shape), ...Object.fromEntries(shown) },
    fix?.(x.shape),
  );
}

/** @throws ShapeError in the layer's name, unless there are such channels, and both split into as many groups */
export function checkChannels(layer: string, inChannels: number, outChannels: number, groups: number): void {
  checkWhole(layer, { inChannels, outChannels, groups });
  for (const channels of [inChannels, outChannels]) checkGroups(layer, channels, groups);
}
