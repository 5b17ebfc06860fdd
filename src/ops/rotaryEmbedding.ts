import rotaryKernel from "../../shaders/rotary_embedding.wgsl";
import rotaryByFour from "../../shaders/rotary_embedding_by_four.wgsl";
import { ShapeError } from "../core/errors";
import { normalizeAxis, numel, showShape } from "../core/shape";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { data, type Tensor } from "../graph/tensor";

export interface RotaryOptions {
  /** Wavelengths go from 2π to 2π·base; default 10,000. */
  readonly base?: number;
  /** Position of the first row; default 0. */
  readonly offset?: number;
  /** The dimension along which positions are counted; default the last but one. */
  readonly axis?: number;
}

interface RotaryAttrs {
  readonly n: number;
  readonly inner: number;
  readonly back: 0 | 1;
}

/**
 * Rotary position embedding: the pair of elements i and i + E/2 of a row (paired by halves, as in GPT-NeoX) is rotated by the
 * angle `position · base^(−2i/E)`. Dot products of rows then depend on positions only through their distance.
 *
 * @param x f32 [.., T, E], E even; with `axis: 1` [B, T, H, E]
 * @returns same shape
 * @throws ShapeError, DTypeError
 * @see Su et al. 2021, "RoFormer: enhanced transformer with rotary position embedding"
 */
export function rotaryEmbedding(x: Tensor, options: RotaryOptions = {}): Tensor {
  const { base = 10000, offset = 0, axis = -2 } = optionsOf("rotaryEmbedding", options, "base offset axis");
  const name = "rotaryEmbedding";
  const rank = x.shape.length;
  const d = rank > 1 ? normalizeAxis(name, x.shape, axis) : rank;
  const size = x.shape.at(-1) ?? 1;
  if (d >= rank - 1 || size % 2)
    throw new ShapeError(name, "wants rows of even length, and positions along another axis than theirs", {
      x: showShape(x.shape),
      axis: String(axis),
    });
  if (!(base > 0) || !Number.isInteger(offset) || offset < 0)
    throw new ShapeError(name, `base ${base}, offset ${offset}`, {
      wants: "base > 0, and a whole offset of at least 0",
    });
  const n = x.shape[d]!;
  const inner = numel(x.shape.slice(d + 1, -1));
  return record(op, [x, turns(n, size / 2, base, offset)], { n, inner, back: 0 });
}

/** (cos, sin) of the angles of `n` positions. */
function turns(n: number, half: number, base: number, offset: number): Tensor {
  const table = new Float32Array(2 * n * half);
  for (let t = 0; t < n; t++)
    for (let i = 0; i < half; i++) {
      const angle = (t + offset) * base ** (-i / half);
      table.set([Math.cos(angle), Math.sin(angle)], 2 * (t * half + i));
    }
  return data({ shape: [n, half, 2], dtype: "f32" }, table);
}

export const op: KernelOp<RotaryAttrs> = {
  kind: "kernel",
  name: "rotaryEmbedding",
  infer([x]) {
    checkDTypes("rotaryEmbedding", [x!], ["f32"]);
    return [x!];
  },
  lower([x, table], [out], { n, inner, back }) {
    const half = x!.shape.at(-1)! / 2;
    const by = half % 4 === 0 ? 4 : 1;
    const len = x!.size / 2 / by;
    return [
      (by === 4 ? rotaryByFour : rotaryKernel).dispatch({
        buffers: { x: x!, table: table!, out: out! },
        params: { len },
        constants: { BACK: back, N: n, INNER: inner, HALF: half / by },
        grid: len,
        flops: 3 * x!.size,
      }),
    ];
  },
  vjp: ([, table], [dOut], attrs) => [record(op, [dOut!, table!], { ...attrs, back: attrs.back ? 0 : 1 }), null],
};
