import { DataError } from "../core/errors";
import { checkCounts } from "../core/given";
import { checkWord, optionsOf } from "../graph/options";

export interface EarlyStoppingOptions {
  /** Evaluations without improvement after which to stop; default 5. */
  readonly patience?: number;
  /** Change beyond which a value counts as an improvement; default 0. */
  readonly minDelta?: number;
  /** Whether small values are good (a loss: "min", default) or large ones (an accuracy: "max"). */
  readonly mode?: "min" | "max";
}

/** The state of an {@link EarlyStopping} as plain data, to be kept with a checkpoint. */
export interface EarlyStoppingState {
  /** null before the first value. */
  readonly best: number | null;
  readonly bestStep: number;
  readonly improved: boolean;
  readonly waited: number;
}

/**
 * Watches a value of the dev set, and tells when it has stopped improving. Keep a checkpoint whenever `improved` is true: the
 * one of `bestStep` is the model to use.
 *
 * @see Prechelt 1998, "Early stopping – but when?"
 */
export class EarlyStopping {
  /** The best value so far; NaN before the first one. */
  best = Number.NaN;
  /** The step at which it was seen; −1 before the first. */
  bestStep = -1;
  /** Whether the newest value was the best so far. */
  improved = false;
  /** Evaluations since the best one. */
  waited = 0;
  readonly #options: Required<EarlyStoppingOptions>;

  /** @throws DataError unless patience is an integer of at least 1 and minDelta at least 0, ShapeError where mode is another word */
  constructor(options: EarlyStoppingOptions = {}) {
    optionsOf("EarlyStopping", options, "patience minDelta mode");
    const { patience = 5, minDelta = 0, mode = "min" } = options;
    checkWord("EarlyStopping", "mode", mode, ["min", "max"]);
    checkCounts("EarlyStopping", { patience });
    if (!(Number.isFinite(minDelta) && minDelta >= 0))
      throw new DataError("EarlyStopping", `minDelta ${minDelta}`, { wants: "minDelta ≥ 0" });
    this.#options = { patience, minDelta, mode };
  }

  /** Whether it is time to stop. */
  get stopped(): boolean {
    return this.waited >= this.#options.patience;
  }

  /**
   * Takes the value of an evaluation. NaN does not count as an improvement.
   * @returns whether to stop
   * @throws DataError where it is no number
   */
  update(value: number, step: number): boolean {
    if (typeof value !== "number") throw new DataError("EarlyStopping", `the value is ${value}`, { wants: "a number" });
    const { minDelta, mode } = this.#options;
    const gain = mode === "min" ? this.best - value : value - this.best;
    this.improved = Number.isNaN(this.best) ? !Number.isNaN(value) : gain > minDelta;
    this.waited = this.improved ? 0 : this.waited + 1;
    if (this.improved) {
      this.best = value;
      this.bestStep = step;
    }
    return this.stopped;
  }

  /** The state, for {@link restore}. */
  state(): EarlyStoppingState {
    const { best, bestStep, improved, waited } = this;
    return { best: Number.isNaN(best) ? null : best, bestStep, improved, waited };
  }

  /** Goes on from what {@link state} was. */
  restore(state: EarlyStoppingState): void {
    const { best, bestStep, improved, waited } = optionsOf("EarlyStopping", state, "best bestStep improved waited");
    this.best = best ?? Number.NaN;
    [this.bestStep, this.improved, this.waited] = [bestStep, improved, waited];
  }
}
