import placementKernel from "../../shaders/random_placement.wgsl";
import { ShapeError } from "../core/errors";
import { type Pair, pair, showShape } from "../core/shape";
import { type Draw, draw, drawOp } from "../families/random";
import type { RandomOptions } from "../graph/generator";
import type { Op } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

/** Random changes of a picture; those that are left out are not made. */
export interface Placement {
  /** At most how many whole pixels a picture moves each way: one number, or [rows, columns]. Not together with `crop`. */
  readonly shift?: Pair;
  /** Probability of swapping left and right. */
  readonly flip?: number;
  /** Probability of swapping top and bottom. */
  readonly flipVertical?: number;
  /** At most how many degrees it turns about its centre, each way; up to 180. */
  readonly rotate?: number;
  /** Smallest and largest factor by which it is scaled about its centre. */
  readonly scale?: readonly [number, number];
  /** Height and width of a window that is cut out anywhere. */
  readonly crop?: Pair;
  /** Pixels around the picture in which the window may lie too; default 0. */
  readonly padding?: Pair;
  /** Side of a square that is blanked, centred on any pixel of the result: near the border a part of it lies outside. */
  readonly cutout?: number;
}

/** As the kernel takes it; pairs are [rows, columns]. */
interface PlacementAttrs {
  readonly size: readonly [number, number];
  readonly outSize: readonly [number, number];
  readonly offset: readonly [number, number];
  readonly offsets: readonly [number, number];
  readonly flips: readonly [number, number];
  readonly rotate: number;
  readonly scale: readonly [number, number];
  readonly cutout: number;
}

/**
 * Where {@link warp} has to read each picture of a batch, for it to be mirrored, then turned and scaled about its centre, and then
 * moved or cropped, by random amounts of its own. Each amount is uniform in its range. They are determined by the generator's seed
 * and step and the draw's place in the step, on every device. 32 bytes for each example.
 *
 * @param examples how many the batch has
 * @param size height and width of the pictures
 * @returns f32 [examples, 8]
 * @throws ShapeError where an option is out of its range, a window does not fit, or `shift` is given beside `crop`
 */
export function randomPlacement(
  examples: number,
  size: readonly [number, number],
  options: Placement & RandomOptions = {},
): Tensor {
  optionsOf("randomPlacement", options, "shift flip flipVertical rotate scale crop padding cutout generator");
  return draw(op, [examples, 8], resolve(size, options), options);
}

/** Whether a tensor is known to hold placements that mirror pictures and move them by whole pixels, and do nothing else. */
export function movesWhole({ source }: Tensor): boolean {
  if (source?.op !== (op as Op<object>)) return false;
  const { rotate, scale } = source.attrs as PlacementAttrs;
  return rotate === 0 && scale[0] === 1 && scale[1] === 1;
}

function resolve(size: readonly [number, number], options: Placement): PlacementAttrs {
  const { shift, flip = 0, flipVertical = 0, rotate = 0, scale = [1, 1], crop, padding = 0, cutout = 0 } = options;
  const refuse = (what: string, wants: string): never => {
    throw new ShapeError("augment", what, { pictures: `${size[0]} × ${size[1]}`, wants });
  };
  const counts = (name: string, p: Pair, least: number): readonly [number, number] =>
    pair("augment", p).every((v) => Number.isInteger(v) && v >= least)
      ? pair("augment", p)
      : refuse(`${name} ${showShape(pair("augment", p))}`, `whole numbers of at least ${least}`);
  for (const [name, p] of Object.entries({ flip, flipVertical }))
    if (!(p >= 0 && p <= 1)) refuse(`${name} ${p}`, "a probability, 0 … 1");
  if (!(rotate >= 0 && rotate <= 180)) refuse(`rotate ${rotate}`, "degrees, 0 … 180");
  if (!Array.isArray(scale)) refuse(`scale ${scale}`, "[least, greatest]");
  if (!(scale[0] > 0 && scale[0] <= scale[1] && Number.isFinite(scale[1])))
    refuse(`scale ${showShape(scale)}`, "[least, greatest], above 0");
  counts("size", size, 1);
  counts("cutout", cutout, 0);
  if (crop !== undefined && shift !== undefined)
    refuse("shift beside crop", "one of the two: a window that moves is both");
  if (crop === undefined && padding !== 0) refuse("padding without crop", "crop as well");
  const shared = { size, flips: [flipVertical, flip] as const, rotate, scale, cutout };
  if (crop === undefined) {
    const by = counts("shift", shift ?? 0, 0);
    return { ...shared, outSize: size, offset: [-by[0], -by[1]], offsets: [2 * by[0] + 1, 2 * by[1] + 1] };
  }
  const [window, border] = [counts("crop", crop, 1), counts("padding", padding, 0)];
  const room = (d: 0 | 1) => size[d] + 2 * border[d] - window[d] + 1;
  if (room(0) < 1 || room(1) < 1) refuse(`crop ${showShape(window)}`, "no more than the picture with its padding");
  return { ...shared, outSize: window, offset: [-border[0], -border[1]], offsets: [room(0), room(1)] };
}

export const op = drawOp<Draw & PlacementAttrs>("randomPlacement", "f32", ({ buffers, params: { stream } }, attrs) => {
  const { size, outSize, offset, offsets, flips, rotate, scale, cutout, shape } = attrs;
  return placementKernel.dispatch({
    buffers,
    params: {
      examples: shape[0]!,
      stream,
      middle_y: (size[0] - 1) / 2,
      middle_x: (size[1] - 1) / 2,
      offset_y: offset[0],
      offset_x: offset[1],
      offsets_y: offsets[0],
      offsets_x: offsets[1],
      flip_y: flips[0],
      flip_x: flips[1],
      turns: rotate / 360,
      scale: scale[0],
      scale_range: scale[1] - scale[0],
      out_height: outSize[0],
      out_width: outSize[1],
      cut: cutout,
    },
    grid: shape[0]!,
    flops: 400 * shape[0]!,
  });
});
