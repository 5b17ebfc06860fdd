import { byId } from "../shared/dom";
import type { FormValues } from "../shared/form";
import type { State, TrainingPage } from "../shared/page";

/** Trains one network after another, each to its end, with another value of one setting. */
export class Sweep {
  #waiting: ((state: State) => void)[] = [];
  #running = false;

  constructor(readonly page: () => TrainingPage) {}

  get running(): boolean {
    return this.#running;
  }

  /** To be told of each state that the page enters. */
  entered(state: State): void {
    if (state !== "idle" && state !== "failed") return;
    for (const resolve of this.#waiting.splice(0)) resolve(state);
  }

  /** Ends early where the visitor pauses a run, or one fails. */
  async run(values: readonly FormValues[]): Promise<void> {
    this.#running = true;
    try {
      for (const some of values) {
        // The setting first, then the training: each is over when the page rests again.
        const made = this.#rests();
        this.page().use(some);
        if ((await made) === "failed") return;
        const trained = this.#rests();
        byId("train").click();
        const last = (await trained) === "idle" ? this.page().log.steps.at(-1) : undefined;
        if (!last || last.step < last.steps) return;
      }
    } finally {
      this.#running = false;
    }
  }

  #rests(): Promise<State> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
