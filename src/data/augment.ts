import { ShapeError } from "../core/errors";
import { type Pair, pair, showShape } from "../core/shape";
import type { RandomOptions } from "../graph/generator";
import { checkDTypes } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { add } from "../ops/add";
import { normal } from "../ops/normal";
import { type PadOptions, pad } from "../ops/pad";
import { type Placement, randomPlacement } from "../ops/randomPlacement";
import { slice } from "../ops/slice";
import { warp } from "../ops/warp";

/** Where the random numbers come from, and whether anything is done at all. */
export interface AugmentationOptions extends RandomOptions {
  /** Default true; else pictures stay as they are. */
  readonly training?: boolean;
}

/** What uncovered pixels become. */
export interface FillOptions {
  /** A number, or the picture's nearest pixel ("edge"); default 0. Black is 0 before, −mean/std after standardising. */
  readonly fill?: number | "edge";
}

/** All at once; what is left out is not done. */
export type AugmentOptions = Placement & FillOptions & AugmentationOptions;

/**
 * Pictures changed at random, each in its own way, as a part of the step that is being captured: mirrored, then turned and
 * scaled about their middle, then moved or cropped, then blanked in a square. Two launches, whatever is asked for: one draws
 * eight numbers an example, one reads each pixel of the result once. Where nothing is turned or scaled, pixels are moved
 * whole; else they are joined from four. The amounts follow from the generator's seed and step.
 *
 * @param x [N, C, H, W] f32; pictures are data: no gradient flows
 * @returns the same shape, or [N, C, …crop]. Without `training`, x itself, or the window in its middle
 * @throws ShapeError where an option is out of its range, a window does not fit, or `shift` is given beside `crop`; DTypeError
 */
export function augment(x: Tensor, options: AugmentOptions = {}): Tensor {
  optionsOf("augment", options, "shift flip flipVertical rotate scale crop padding cutout fill training generator");
  const { fill = 0, training = true, generator, ...placement } = options;
  if (x.shape.length !== 4) throw new ShapeError("augment", "pictures must be [N, C, H, W]", { x: showShape(x.shape) });
  checkDTypes("augment", [x], ["f32"]);
  const [examples, , height, width] = x.shape as [number, number, number, number];
  const { crop, rotate = 0, scale, cutout = 0 } = placement;
  if (!training) return crop === undefined ? x : middle(x, pair("augment", crop), fill);
  if (Object.keys(placement).length === 0) return x;
  const places = randomPlacement(examples, [height, width], { ...placement, generator });
  const mode = rotate > 0 || scale ? "bilinear" : "nearest";
  return warp(x, places, { size: crop ?? [height, width], fill, mode, cutout });
}

/** The window in the middle; one larger than the picture reaches beyond it evenly. */
function middle(x: Tensor, window: readonly [number, number], fill: number | "edge"): Tensor {
  const options: PadOptions = fill === "edge" ? { mode: "replicate" } : { value: fill };
  const [short, over] = [2, 3].reduce<[number[], number[]]>(
    ([s, o], d) => {
      const missing = window[d - 2]! - x.shape[d]!;
      return [
        [...s, Math.max(0, missing)],
        [...o, Math.max(0, -missing)],
      ];
    },
    [[], []],
  ) as [[number, number], [number, number]];
  const padded = pad(
    x,
    [1, 0].flatMap((d) => [short[d]! >> 1, short[d]! - (short[d]! >> 1)]),
    options,
  );
  const starts = over.map((o) => o >> 1);
  return slice(padded, [2, 3], starts, [starts[0]! + window[0], starts[1]! + window[1]]);
}

/** Pictures moved by up to `pixels` whole pixels each way: one number, or [rows, columns]. See {@link augment}. */
export const randomShift = (x: Tensor, pixels: Pair, options: FillOptions & AugmentationOptions = {}): Tensor =>
  augment(x, { ...optionsOf("randomShift", options, "fill training generator"), shift: pixels });

/** Pictures mirrored left to right, and top to bottom, with a probability each. See {@link augment}. */
export const randomFlip = (
  x: Tensor,
  options: { readonly horizontal?: number; readonly vertical?: number } & AugmentationOptions = {},
): Tensor => {
  const {
    horizontal = 0.5,
    vertical = 0,
    ...rest
  } = optionsOf("randomFlip", options, "horizontal vertical training generator");
  return augment(x, { ...rest, flip: horizontal, flipVertical: vertical });
};

/** Pictures turned about their middle by up to `degrees` each way. See {@link augment}. */
export const randomRotate = (x: Tensor, degrees: number, options: FillOptions & AugmentationOptions = {}): Tensor =>
  augment(x, { ...optionsOf("randomRotate", options, "fill training generator"), rotate: degrees });

/**
 * A window of `size`, anywhere in each picture and `padding` pixels around it; without `training`, the one in the middle.
 * See {@link augment}.
 */
export const randomCrop = (
  x: Tensor,
  size: Pair,
  options: { readonly padding?: Pair } & FillOptions & AugmentationOptions = {},
): Tensor => augment(x, { ...optionsOf("randomCrop", options, "padding fill training generator"), crop: size });

/**
 * Pictures with a square blanked, its middle on any pixel: near the border some of it lies outside. See {@link augment}.
 * @param side in pixels
 * @see DeVries and Taylor 2017, "Improved regularization of convolutional neural networks with cutout"
 */
export const cutout = (
  x: Tensor,
  side: number,
  options: { readonly fill?: number } & AugmentationOptions = {},
): Tensor => augment(x, { ...optionsOf("cutout", options, "fill training generator"), cutout: side });

/**
 * x with normally distributed noise added to each element. The gradient flows on to x.
 * @param x f32, any shape
 * @param std standard deviation of the noise
 */
export const randomNoise = (x: Tensor, std: number, options: AugmentationOptions = {}): Tensor => {
  const { training = true, generator } = optionsOf("randomNoise", options, "training generator");
  return training && std !== 0 ? add(x, normal(x.shape, { std, generator })) : x;
};
