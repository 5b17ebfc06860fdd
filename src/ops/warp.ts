import warpKernel from "../../shaders/warp.wgsl";
import byFourKernel from "../../shaders/warp_by_four.wgsl";
import wholeKernel from "../../shaders/warp_whole.wgsl";
import { ShapeError } from "../core/errors";
import { type Pair, pair, sameShape, showShape } from "../core/shape";
import { resizeConstants } from "../families/pooling";
import { foursOf } from "../families/rowwise";
import { checkDTypes, checkTensors, type KernelOp, record } from "../graph/op";
import { checkOption, checkWord, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { movesWhole } from "./randomPlacement";

export interface WarpOptions {
  /** Height and width of the result; default as x. */
  readonly size?: Pair;
  /** What is read beyond the picture: this number, or the nearest pixel ("edge"). Default 0. */
  readonly fill?: number | "edge";
  /** Interpolate between the four pixels around a place (default), or take the nearest. */
  readonly mode?: "bilinear" | "nearest";
  /** Side of a square of the result that is filled with the number `fill`, or 0; its upper left corner is (top, left) of the placement. */
  readonly cutout?: number;
}

interface WarpAttrs {
  readonly size: readonly [number, number];
  readonly fill: number;
  readonly edge: boolean;
  readonly bilinear: boolean;
  readonly cutout: number;
  /** Whether pictures are only mirrored and moved by whole pixels, so that neighbours are read from neighbours. */
  readonly whole: boolean;
}

/**
 * Each picture of a batch read through an affine map of its own: with (a, b, c, d, e, f, top, left) = placement[n], row y and
 * column z of the result come from column `a·z + b·y + c` and row `d·z + e·y + f` of x. Pictures are data: no gradient flows.
 *
 * @param x [N, C, H, W] f32
 * @param placement [N, 8] f32, see {@link randomPlacement}; wherever it points, nothing outside x is read
 * @returns [N, C, …size]
 * @throws ShapeError, DTypeError
 */
export function warp(x: Tensor, placement: Tensor, options: WarpOptions = {}): Tensor {
  const { fill = 0, mode = "bilinear", cutout = 0 } = optionsOf("warp", options, "size fill mode cutout");
  checkWord("warp", "mode", mode, ["bilinear", "nearest"]);
  checkOption("warp", "fill", fill, fill === "edge" || Number.isFinite(fill), 'a number, or "edge"');
  checkTensors("warp", [x, placement]);
  const shown = { x: showShape(x.shape), placement: showShape(placement.shape) };
  if (x.shape.length !== 4 || !sameShape(placement.shape, [x.shape[0]!, 8]))
    throw new ShapeError("warp", "x must be [N, C, H, W] and placement [N, 8]", shown);
  const size = pair("warp", options.size ?? [x.shape[2]!, x.shape[3]!]);
  if (!size.every((s) => Number.isInteger(s) && s >= 1))
    throw new ShapeError("warp", `no picture has the size ${showShape(size)}`, shown);
  if (!(Number.isInteger(cutout) && cutout >= 0))
    throw new ShapeError("warp", `cutout ${cutout}`, { wants: "a side ≥ 0" });
  const edge = fill === "edge";
  const whole = movesWhole(placement);
  return record(op, [x, placement], {
    size,
    fill: edge ? 0 : fill,
    edge,
    bilinear: mode === "bilinear",
    cutout,
    whole,
  });
}

export const op: KernelOp<WarpAttrs> = {
  kind: "kernel",
  name: "warp",
  infer([x, placement], { size }) {
    checkDTypes("warp", [x!, placement!], ["f32"]);
    return [{ shape: [x!.shape[0]!, x!.shape[1]!, ...size], dtype: "f32" }];
  },
  lower([x, placement], [out], { fill, edge, bilinear, cutout, whole }, target) {
    const sizes = { ...resizeConstants(x!.shape, out!.shape), CHANNELS: x!.shape[1]!, EDGE: Number(edge) };
    const constants = { ...sizes, BILINEAR: Number(bilinear) };
    const shared = { buffers: { x: x!, placement: placement!, out: out! }, flops: 20 * out!.size };
    if (sizes.OUT_WIDTH % 4 === 0) {
      if (whole && sizes.WIDTH % 4 === 0) {
        const fours = foursOf(sizes.OUT_WIDTH, target, 8);
        const len = out!.size / 4 / fours;
        return [
          wholeKernel.dispatch({ ...shared, params: { len, fours, cut: cutout, fill }, constants: sizes, grid: len }),
        ];
      }
      // Where lanes are many, it is better that neighbouring lanes read neighbouring elements, one each.
      if (target.cpu) {
        const rows = Math.min(8, sizes.OUT_HEIGHT);
        const len = (out!.size / sizes.OUT_HEIGHT / 4) * Math.ceil(sizes.OUT_HEIGHT / rows);
        return [byFourKernel.dispatch({ ...shared, params: { len, rows, cut: cutout, fill }, constants, grid: len })];
      }
    }
    const params = { len: out!.size, cut: cutout, fill };
    return [warpKernel.dispatch({ ...shared, params, constants, grid: out!.size })];
  },
  vjp: () => [null, null],
};
