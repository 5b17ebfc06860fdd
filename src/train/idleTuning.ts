import type { Choice } from "../schedule/lower";
import type { Tuner } from "./tuner";

/** Milliseconds without a step after which the device counts as idle. */
const QUIET = 500;

/** Measures kernels, one at a time, while no step is run: the next capture takes the faster ones. */
export class IdleTuning {
  readonly #waiting = new Map<string, Choice>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #seen = 0;
  #stopped = false;

  constructor(readonly tuner: Tuner) {
    // That it is lost is somebody else's to report. A shared device outlives the engine, and must not keep this alive.
    const self = new WeakRef(this);
    void tuner.runtime.lost.then(() => self.deref()?.stop());
  }

  /** What is to be measured once there is time. */
  add(choices: readonly Choice[]): void {
    for (const choice of this.tuner.undecided(choices)) this.#waiting.set(choice.ways.key, choice);
    this.#later();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #later(): void {
    if (this.#stopped || this.#timer !== undefined || !this.#waiting.size) return;
    this.#seen = this.tuner.runtime.waiter.submissions;
    this.#timer = setTimeout(() => void this.#look(), QUIET);
  }

  /** Whatever goes wrong is said, and is no matter of the steps that run: they are computed without it. */
  async #measure(choice: Choice): Promise<void> {
    const say = (text: string) => {
      if (!this.#stopped) console.warn(`wgrad, while idle: ${text}`);
    };
    try {
      for (const { key, rejected } of await this.tuner.tune([choice]))
        for (const [way, reason] of Object.entries(rejected)) say(`${key} by ${way}: ${reason}`);
    } catch (error) {
      say(`measuring ends: ${(error as Error).message}`);
      this.stop();
    }
  }

  async #look(): Promise<void> {
    const { waiter } = this.tuner.runtime;
    const [next] = this.#waiting.values();
    if (next && !waiter.busy && waiter.submissions === this.#seen) {
      this.#waiting.delete(next.ways.key);
      await this.#measure(next);
    }
    this.#timer = undefined;
    this.#later();
  }
}
