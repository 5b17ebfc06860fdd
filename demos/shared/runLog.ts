import type { EvalEvent, StepEvent } from "../../src/index";

/** A score of an evaluation that is one number. */
type Score = { [K in keyof EvalEvent]-?: NonNullable<EvalEvent[K]> extends number ? K : never }[keyof EvalEvent];

/** Numbers with the names of their columns. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | string)[])[];
}

/** What a run has told since its network was made. */
export class RunLog {
  readonly steps: StepEvent[] = [];
  readonly evaluations: EvalEvent[] = [];

  clear(): void {
    this.backTo(Number.NEGATIVE_INFINITY);
  }

  /** Forgets what came after a step: a run that goes on from there tells of it again. */
  backTo(step: number): void {
    for (const list of [this.steps, this.evaluations]) list.length = list.filter((e) => e.step <= step).length;
  }

  /** A row for each step, with the evaluation that was made after it, if any. */
  perStep<R>(row: (step: StepEvent, evaluation: Partial<EvalEvent>) => R): R[] {
    const made = new Map(this.evaluations.map((e) => [e.step, e]));
    return this.steps.map((s) => row(s, made.get(s.step) ?? {}));
  }

  /**
   * A row for each step: its number, epoch, loss and learning rate, then the scores of the evaluation after it; empty where none
   * was made.
   * @param scores the scores in the order of their columns: a name, or the column's and the score's where they differ
   */
  table(scores: readonly (Score | readonly [column: string, score: Score])[]): Table {
    const pairs = scores.map((s) => (typeof s === "string" ? ([s, s] as const) : s));
    const rows = this.perStep((s, evaluation) => [
      ...[s.step, s.epoch, s.loss, s.learningRate],
      ...pairs.map(([, score]) => evaluation[score] ?? ""),
    ]);
    return { columns: ["step", "epoch", "loss", "learningRate", ...pairs.map(([column]) => column)], rows };
  }
}
