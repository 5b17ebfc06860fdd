import { DataError } from "../core/errors";
import { checkWord, optionsOf } from "../graph/options";
import { checkRates, type Schedule } from "./schedules";

export interface PlateauOptions {
  /** Whether a smaller or a larger metric is better; default "min". */
  readonly mode?: "min" | "max";
  /** A reduction multiplies the rate by this; default 0.1. */
  readonly factor?: number;
  /** How many observations without improvement are tolerated; default 10. */
  readonly patience?: number;
  /** How much better than the best metric an improvement must be: by this share, or with `absolute` by this much; default 1e-4. */
  readonly threshold?: number;
  /** Whether `threshold` is a difference rather than a share; default false. */
  readonly absolute?: boolean;
  /** How many observations after a reduction do not count; default 0. */
  readonly cooldown?: number;
  /** The lowest rate; default 0. */
  readonly min?: number;
}

/** The state of a {@link ReduceOnPlateau}: plain data, to be kept with a checkpoint. */
export interface PlateauState {
  readonly lr: number;
  readonly best: number | null;
  readonly bad: number;
  readonly cooling: number;
}

/** Lowers the learning rate when a metric has stopped improving, as PyTorch's ReduceLROnPlateau. */
export class ReduceOnPlateau {
  /** The rate after the last observation. */
  lr: number;
  #best: number | null = null;
  #bad = 0;
  #cooling = 0;

  /**
   * @param lr the first rate
   * @throws DataError where it is missing or not finite, or the factor is not between 0 and 1; ShapeError where the mode is another word
   */
  constructor(
    lr: number,
    readonly options: PlateauOptions = {},
  ) {
    optionsOf("ReduceOnPlateau", options, "mode factor patience threshold absolute cooldown min");
    const { factor = 0.1, mode = "min" } = options;
    checkRates("ReduceOnPlateau", { lr });
    checkWord("ReduceOnPlateau", "mode", mode, ["min", "max"]);
    if (!(factor > 0 && factor < 1)) throw new DataError("ReduceOnPlateau", `factor ${factor}`, { wants: "0 < x < 1" });
    this.lr = lr;
  }

  /** As a schedule, for `fit`: the rate after the last observation, whatever the step. */
  readonly schedule: Schedule = () => this.lr;

  /** Takes a metric into account; call it once for each epoch or evaluation. @returns the rate from now on */
  observe(metric: number): number {
    const { factor = 0.1, patience = 10, cooldown = 0, min = 0 } = this.options;
    if (this.#improves(metric)) {
      this.#best = metric;
      this.#bad = 0;
    } else this.#bad++;
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#bad = 0;
    }
    if (this.#bad > patience) {
      this.lr = Math.max(min, this.lr * factor);
      this.#cooling = cooldown;
      this.#bad = 0;
    }
    return this.lr;
  }

  /** All that {@link restore} needs to go on from here. */
  state(): PlateauState {
    return { lr: this.lr, best: this.#best, bad: this.#bad, cooling: this.#cooling };
  }

  /** Goes on from what {@link state} was. */
  restore({ lr, best, bad, cooling }: PlateauState): void {
    this.lr = lr;
    [this.#best, this.#bad, this.#cooling] = [best, bad, cooling];
  }

  #improves(metric: number): boolean {
    const { mode = "min", threshold = 1e-4, absolute = false } = this.options;
    const best = this.#best;
    if (best === null) return !Number.isNaN(metric);
    const sign = mode === "min" ? -1 : 1;
    return sign * metric > sign * (absolute ? best + sign * threshold : best * (1 + sign * threshold));
  }
}
