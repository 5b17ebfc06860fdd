import { ShapeError } from "../core/errors";
import { type Pair, pair, showShape } from "../core/shape";
import type { RandomOptions } from "../graph/generator";
import { checkDTypes, checkTensors } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { add } from "../ops/add";
import { normal } from "../ops/normal";
import { pad } from "../ops/pad";
import { type Placement, randomPlacement } from "../ops/randomPlacement";
import { slice } from "../ops/slice";
import { warp } from "../ops/warp";

/** Where the random numbers come from, and whether anything is changed at all. */
export interface AugmentationOptions extends RandomOptions {
  /** Default true. With false, pictures stay as they are. */
  readonly training?: boolean;
}

/** What pixels become that no pixel of the picture is moved to. */
export interface FillOptions {
  /** A number, or the picture's nearest pixel ("edge"); default 0. Black is 0 before standardising, −mean/std after it. */
  readonly fill?: number | "edge";
}

/** All changes in one call; those left out are not made. */
export type AugmentOptions = Placement & FillOptions & AugmentationOptions;

/**
 * Pictures changed at random, each in its own way, as a part of the step that is being captured: mirrored, then rotated and
 * scaled about their middle, then moved or cropped, then blanked in a square. Always two launches: one draws eight random
 * numbers per example, the other writes each pixel of the result once. Without rotation and scaling whole pixels are moved;
 * with them each pixel is interpolated bilinearly from four. The changes follow from the generator's seed and step.
 *
 * @param x [N, C, H, W] f32; pictures are data: no gradient flows
 * @returns the same shape, or [N, C, …crop]. Without `training`, x itself, or the window in its middle
 * @throws ShapeError where an option is out of its range, a window does not fit, or `shift` is given beside `crop`; DTypeError
 */
export function augment(x: Tensor, options: AugmentOptions = {}): Tensor {
  optionsOf("augment", options, "shift flip flipVertical rotate scale crop padding cutout fill training generator");
  const { fill = 0, training = true, generator, ...placement } = options;
  checkTensors("augment", [x]);
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

/** The window in the middle; one larger than the picture extends beyond it evenly on all sides. */
function middle(x: Tensor, [height, width]: readonly [number, number], fill: number | "edge"): Tensor {
  const [above, missingRows] = centred(x.shape[2]!, height);
  const [left, missingColumns] = centred(x.shape[3]!, width);
  const borders = [left, missingColumns - left, above, missingRows - above];
  const padded = pad(x, borders, fill === "edge" ? { mode: "replicate" } : { value: fill });
  const [top] = centred(height, x.shape[2]!);
  const [first] = centred(width, x.shape[3]!);
  return slice(padded, [2, 3], [top, first], [top + height, first + width]);
}

/** How much smaller `inner` is than `outer` (0 where it is not), and how much of that lies before it where it is centred. */
function centred(inner: number, outer: number): [before: number, missing: number] {
  const missing = Math.max(0, outer - inner);
  return [missing >> 1, missing];
}

/** Pictures moved by up to `pixels` whole pixels in each direction: one number, or [rows, columns]. See {@link augment}. */
export const randomShift = (x: Tensor, pixels: Pair, options: FillOptions & AugmentationOptions = {}): Tensor =>
  augment(x, { ...optionsOf("randomShift", options, "fill training generator"), shift: pixels });

export interface RandomFlipOptions extends AugmentationOptions {
  /** Probability that a picture is mirrored left to right; default 0.5. */
  readonly horizontal?: number;
  /** Probability that it is mirrored top to bottom; default 0. */
  readonly vertical?: number;
}

/** Pictures mirrored left to right, and top to bottom, each with its own probability. See {@link augment}. */
export const randomFlip = (x: Tensor, options: RandomFlipOptions = {}): Tensor => {
  const {
    horizontal = 0.5,
    vertical = 0,
    ...rest
  } = optionsOf("randomFlip", options, "horizontal vertical training generator");
  return augment(x, { ...rest, flip: horizontal, flipVertical: vertical });
};

/** Pictures rotated about their middle by up to `degrees` in either direction. See {@link augment}. */
export const randomRotate = (x: Tensor, degrees: number, options: FillOptions & AugmentationOptions = {}): Tensor =>
  augment(x, { ...optionsOf("randomRotate", options, "fill training generator"), rotate: degrees });

export interface RandomCropOptions extends FillOptions, AugmentationOptions {
  /** Pixels added around each picture first: one number, or [rows, columns]; default 0. */
  readonly padding?: Pair;
}

/**
 * A window of `size` at a random place in each picture, which is padded by `padding` pixels first; without `training`, the
 * window in the middle. See {@link augment}.
 */
export const randomCrop = (x: Tensor, size: Pair, options: RandomCropOptions = {}): Tensor =>
  augment(x, { ...optionsOf("randomCrop", options, "padding fill training generator"), crop: size });

export interface CutoutOptions extends AugmentationOptions {
  /** What the pixels of the square become; default 0. */
  readonly fill?: number;
}

/**
 * Pictures with a square blanked. Its middle is any pixel, so near the border a part of it lies outside. See {@link augment}.
 * @param side in pixels
 * @see DeVries and Taylor 2017, "Improved regularization of convolutional neural networks with cutout"
 */
export const cutout = (x: Tensor, side: number, options: CutoutOptions = {}): Tensor =>
  augment(x, { ...optionsOf("cutout", options, "fill training generator"), cutout: side });

/**
 * x with normally distributed noise added to each element. The gradient for x is that of the result.
 * @param x f32, any shape
 * @param std standard deviation of the noise
 */
export const randomNoise = (x: Tensor, std: number, options: AugmentationOptions = {}): Tensor => {
  const { training = true, generator } = optionsOf("randomNoise", options, "training generator");
  checkTensors("randomNoise", [x]);
  return training && std !== 0 ? add(x, normal(x.shape, { std, generator })) : x;
};
