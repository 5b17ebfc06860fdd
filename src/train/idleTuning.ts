import type { Choice } from "../schedule/choice";
import type { Tuner } from "./tuner";

/** Milliseconds without a step after which the device counts as idle. */
const QUIET = 500;

/** Measures kernels, one op at a time, while no step runs: later captures take the fastest ones. */
export class IdleTuning {
  readonly #waiting = new Map<string, Choice>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #seen = 0;
  #stopped = false;

  constructor(readonly tuner: Tuner) {
    // Others report the loss of a device. A shared device outlives the engine, and must not keep this object in memory.
    const self = new WeakRef(this);
    void tuner.runtime.lost.then(() => self.deref()?.stop());
  }

  /** Adds ops to be measured when there is time. */
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

  /** Errors are only printed: steps run without measurements, too. */
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
