import type { EvalEvent, StepEvent } from "../../src/index";

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
}
