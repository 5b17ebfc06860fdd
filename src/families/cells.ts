// What the kernels of recurrent networks share: the cells, and the layout of sequences.

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
