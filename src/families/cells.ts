// What the kernels of recurrent networks share: their cells, and how sequences lie.

/** The cells that the kernels know: their number there, gates, and numbers a unit that are saved for the gradient. */
export const CELLS = {
  lstm: { CELL: 0, GATES: 4, SAVED: 5 },
  gru: { CELL: 1, GATES: 3, SAVED: 5 },
  /** Has kernels of its own, see resetFirst.ts. */
  gruResetFirst: { CELL: 1, GATES: 3, SAVED: 5 },
  tanh: { CELL: 2, GATES: 1, SAVED: 1 },
  relu: { CELL: 3, GATES: 1, SAVED: 1 },
} as const;

export type Cell = keyof typeof CELLS;

/** Sizes of a recurrence, and how its sequences lie. */
export interface Recurrence {
  readonly cell: Cell;
  readonly steps: number;
  readonly batch: number;
  readonly hidden: number;
  /** From the last step to the first. */
  readonly reverse: boolean;
  /** Sequences lie as [batch, steps, …] rather than [steps, batch, …]. */
  readonly batchFirst: boolean;
}

/**
 * The kernels run over the whole sequence (some of the weights in registers), or a step a launch, so that more workgroups share a
 * step's units.
 */
export type Way = "whole" | "whole, held" | "steps" | "whole, subgroup" | "steps, subgroup";

/** How far apart the steps of a sequence and the sequences lie, in states of one step. */
export const strides = ({ steps, batch, batchFirst }: Recurrence) =>
  batchFirst ? { step_stride: 1, row_stride: steps } : { step_stride: batch, row_stride: 1 };

/** What all kernels over sequences are told of them. */
export const sequenceParams = (r: Recurrence) => ({
  ...{ steps: r.steps, batch: r.batch, hidden: r.hidden, reverse: Number(r.reverse) },
  ...strides(r),
});
