import padKernel from "../../shaders/pad.wgsl";
import padAcross from "../../shaders/pad_across.wgsl";
import padByFour from "../../shaders/pad_by_four.wgsl";
import { powerOfTwoUpTo } from "../core/powerOfTwo";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { resultsEach, type Target } from "../kernel/target";

/** What the elements beyond the edges of x are, see pad.wgsl. */
export type BorderMode = (typeof BORDER_MODES)[number];

export const BORDER_MODES = ["constant", "reflect", "replicate", "circular"] as const;

/** The number of a mode in the shaders. */
export const modeNumber = (mode: BorderMode): number => BORDER_MODES.indexOf(mode);

export interface Borders {
  /** Per axis: elements before the first one of x. */
  readonly before: readonly number[];
  readonly mode: BorderMode;
  /** Bits of the elements that are no copies from x; default 0. */
  readonly value?: number;
  /** Per axis: how far apart elements of x are put; default 1. For the mode `constant`. */
  readonly steps?: readonly number[];
}

/** An axis of the kernel: one of x, or neighbouring ones that can be taken as one. */
interface Axis {
  readonly size: number;
  readonly padded: number;
  readonly before: number;
  readonly step: number;
}

const MAX_AXES = 4;

/** The launches, of pad.wgsl or a variant, that fill `out`: x with borders, or of the shape of x. */
export function borderDispatches(x: Tensor, out: Tensor, borders: Borders, { cpu }: Target): Dispatch[] {
  const { before, mode, value = 0, steps } = borders;
  const axes = joined(
    x.shape.map((size, d) => ({ size, padded: out.shape[d]!, before: before[d]!, step: steps?.[d] ?? 1 })),
    mode,
  );
  const dispatches: Dispatch[] = [];
  let [from, left] = [x, axes];
  // Where there are more axes than the kernel takes: the inner ones first.
  while (left.length > MAX_AXES) {
    const [outer, inner] = [left.slice(0, 1 - MAX_AXES), left.slice(1 - MAX_AXES)];
    const count = outer.reduce((n, a) => n * a.size, 1);
    const width = inner.reduce((n, a) => n * a.padded, 1);
    const to = scratch({ shape: [count * width], dtype: out.dtype });
    dispatches.push(launch(from, to, [untouched(count), ...inner], mode, value, cpu));
    [from, left] = [to, joined([...outer, untouched(width)], mode)];
  }
  return [...dispatches, launch(from, out, left, mode, value, cpu)];
}

const untouched = (size: number): Axis => ({ size, padded: size, before: 0, step: 1 });

const isUntouched = (a: Axis): boolean => a.size === a.padded && a.before === 0;

/** Takes neighbouring axes as one where the inner one has no border and the outer one is not mirrored. */
function joined(axes: readonly Axis[], mode: BorderMode): Axis[] {
  const out: Axis[] = [];
  for (const a of axes) {
    const outer = out.at(-1);
    if (outer && isUntouched(a) && (isUntouched(outer) || (shifts(mode) && outer.step === 1)))
      out[out.length - 1] = {
        size: outer.size * a.size,
        padded: outer.padded * a.size,
        before: outer.before * a.size,
        step: 1,
      };
    else out.push(a);
  }
  return out.length ? out : [untouched(1)];
}

/** Whether neighbours in the result come from neighbours in x along the axis, except at its borders. */
const shifts = (mode: BorderMode): boolean => mode === "constant" || mode === "circular";

/** How many fours, of `many`, an invocation may make one after the other without leaving two rows. */
const runWithin = (width: number, many: number): number => Math.min(many, powerOfTwoUpTo(width / 4));

function launch(
  x: Tensor,
  out: Tensor,
  axes: readonly Axis[],
  mode: BorderMode,
  value: number,
  cpu: boolean,
): Dispatch {
  const inner = axes.at(-1)!;
  const whole = [inner.size, inner.padded, inner.before].every((n) => n % 4 === 0) && inner.step === 1;
  const byFour = whole && (shifts(mode) || isUntouched(inner));
  const across = !byFour && cpu && out.size % 4 === 0 && inner.padded >= 4;
  const ofFours = { size: inner.size / 4, padded: inner.padded / 4, before: inner.before / 4, step: 1 };
  const inwards = [byFour ? ofFours : inner, ...axes.slice(0, -1).reverse()];
  const [a, b, c, d] = [0, 1, 2, 3].map((n) => inwards[n] ?? untouched(1)) as [Axis, Axis, Axis, Axis];
  const fours = out.size / (byFour || across ? 4 : 1);
  const many = resultsEach(fours, cpu);
  const run = across ? runWithin(inner.padded, many) : 1;
  const [len, each] = [Math.ceil(fours / run), many / run];
  const params = {
    ...{ len, each, run, fours, value },
    ...{ size0: a.size, before0: a.before, size1: b.size, before1: b.before },
    ...{ size2: c.size, before2: c.before, size3: d.size, before3: d.before },
  };
  const constants = {
    ...{ MODE: modeNumber(mode), AXES: inwards.length },
    ...{ PADDED0: a.padded, PADDED1: b.padded, PADDED2: c.padded, PADDED3: d.padded },
    ...{ STEP0: a.step, STEP1: b.step, STEP2: c.step, STEP3: d.step },
  };
  const kernel = byFour ? padByFour : across ? padAcross : padKernel;
  return kernel.dispatch({ buffers: { x, out }, params, constants, grid: Math.ceil(len / each) });
}
