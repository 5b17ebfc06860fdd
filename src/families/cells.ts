// What the kernels of recurrent networks share: the cells, the inputs, and the layout of sequences.
import { DTypeError, ShapeError } from "../core/errors";
import { type Shape, type Spec, sameShape, showShape } from "../core/shape";
import { checkDTypes } from "../graph/op";

/** The cells that the kernels know: their number there, their gates, and how many numbers per unit the gradient needs. */
export const CELLS = {
  lstm: { CELL: 0, GATES: 4, SAVED: 5 },
  gru: { CELL: 1, GATES: 3, SAVED: 5 },
  /** Has kernels of its own, see resetFirst.ts. */
  gruResetFirst: { CELL: 1, GATES: 3, SAVED: 5 },
  tanh: { CELL: 2, GATES: 1, SAVED: 1 },
  relu: { CELL: 3, GATES: 1, SAVED: 1 },
} as const;

export type Cell = keyof typeof CELLS;

/** Sizes of a recurrence, and the layout of its sequences. */
export interface Recurrence {
  readonly cell: Cell;
  readonly steps: number;
  readonly batch: number;
  readonly hidden: number;
  /** Runs from the last step to the first. */
  readonly reverse: boolean;
  /** Sequences are [batch, steps, …] rather than [steps, batch, …]. */
  readonly batchFirst: boolean;
}

/**
 * One launch runs over the whole sequence (perhaps with some of the weights in registers), or each step has a launch of its
 * own, so that more workgroups can share its units.
 */
export type Way = "whole" | "whole, held" | "steps" | "whole, subgroup" | "steps, subgroup";

/** How far apart steps and sequences lie, in multiples of a step's state. */
export const strides = ({ steps, batch, batchFirst }: Recurrence) =>
  batchFirst ? { step_stride: 1, row_stride: steps } : { step_stride: batch, row_stride: 1 };

/** The parameters about sequences that all their kernels take. */
export const sequenceParams = (r: Recurrence) => ({
  ...{ steps: r.steps, batch: r.batch, hidden: r.hidden, reverse: Number(r.reverse) },
  ...strides(r),
});

/** The attributes of a recurrence. */
export interface RecurrenceAttrs {
  readonly cell: Cell;
  readonly reverse: boolean;
  readonly batchFirst: boolean;
  /** Which of the optional inputs are given. */
  readonly initial: boolean;
  readonly bias: boolean;
  readonly lengths: boolean;
}

/** The inputs by name. */
export function named<T>([x, w, ...rest]: readonly T[], { cell, initial, bias, lengths }: RecurrenceAttrs) {
  const next = (given: boolean) => (given ? rest.shift() : undefined);
  const [h0, c0] = [next(initial), next(initial && cell === "lstm")];
  return { x: x!, w: w!, h0, c0, bias: next(bias), lengths: next(lengths) };
}

/** The sizes and the layout, from the shapes of x and w. */
export function sizes(x: Shape, w: Shape, { cell, reverse, batchFirst }: RecurrenceAttrs): Recurrence {
  const [steps, batch] = (batchFirst ? [x[1], x[0]] : [x[0], x[1]]) as [number, number];
  return { cell, steps, batch, hidden: w[1]!, reverse, batchFirst };
}

/**
 * The outputs of a recurrence: the state after each step and before it, what the gradient needs, the last state.
 * @throws ShapeError, DTypeError
 */
export function inferRecurrence(inputs: readonly Spec[], attrs: RecurrenceAttrs): readonly Spec[] {
  const { x, w, h0, c0, bias, lengths } = named(inputs, attrs);
  const { cell, batchFirst } = attrs;
  const { GATES, SAVED } = CELLS[cell];
  const [rows, hidden] = w.shape as [number, number];
  if (x.shape.length !== 3 || w.shape.length !== 2 || rows !== GATES * hidden || x.shape[2] !== rows)
    throw new ShapeError("recurrence", `wants x [.., .., ${GATES}·H] and weight [${GATES}·H, H] for ${cell}`, {
      x: showShape(x.shape),
      weight: showShape(w.shape),
    });
  const { batch } = sizes(x.shape, w.shape, attrs);
  checkDTypes("recurrence", [x, w, ...[h0, c0, bias].filter((t) => t !== undefined)], ["f32"]);
  if (lengths && lengths.dtype !== "i32")
    throw new DTypeError("recurrence", `lengths have dtype ${lengths.dtype}`, { wants: "i32" });
  const wants = { h0: [batch, hidden], c0: [batch, hidden], bias: [rows], lengths: [batch] };
  for (const [name, t] of Object.entries({ h0, c0, bias, lengths })) {
    const shape = wants[name as keyof typeof wants];
    if (t && !sameShape(t.shape, shape))
      throw new ShapeError("recurrence", `${name} must be ${showShape(shape)}`, {
        [name]: showShape(t.shape),
        x: `${showShape(x.shape)}${batchFirst ? ", batch first" : ""}`,
      });
  }
  if (bias && cell !== "gru")
    throw new ShapeError("recurrence", "a bias of its own is for a GRU", { cell }, "add it to x");
  const lead = x.shape.slice(0, 2);
  const f32 = (shape: Shape) => ({ shape, dtype: "f32" as const });
  const finals = f32([cell === "lstm" ? 2 : 1, batch, hidden]);
  return [f32([...lead, hidden]), f32([...lead, hidden]), f32([...lead, SAVED * hidden]), finals];
}
