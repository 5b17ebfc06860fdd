import type { Engine, Snapshot } from "./engine";

/** Milliseconds between two snapshots, unless said otherwise. */
const EVERY = 15_000;

/** Between two snapshots there is at least this many times what one takes. */
const SELDOM = 20;

/** Losses in a row, without a new snapshot between them, after which it is given up. */
const MOST_LOSSES = 3;

/** Milliseconds before each attempt to open another device: a browser may have to start a process for it. */
const ATTEMPTS = [0, 250, 1000, 4000, 8000];

/** Keeps snapshots of a run on a period, and leads back to the newest when the device is lost. */
export class Recovery {
  #newest: { readonly snapshot: Snapshot; readonly step: number } | undefined;
  #due = 0;
  #losses = 0;

  /** @param every milliseconds between two snapshots; default 15,000; Infinity: none but those that `keep` is called for */
  constructor(
    readonly engine: Engine,
    readonly every = EVERY,
  ) {}

  /** Whether it is time for a snapshot. */
  get due(): boolean {
    return performance.now() >= this.#due && this.every !== Number.POSITIVE_INFINITY;
  }

  /** Begins a snapshot; the run need not wait for it. @param step what the run has reached */
  async keep(step: number): Promise<void> {
    this.#due = Number.POSITIVE_INFINITY;
    const began = performance.now();
    try {
      this.#newest = { snapshot: await this.engine.snapshot(), step };
      this.#losses = 0;
    } catch {
      // Whatever keeps the device from it will be met by the run's next step.
    }
    const now = performance.now();
    this.#due = now + Math.max(this.every, SELDOM * (now - began));
  }

  /** {@link back}, if the device is lost. @throws DeviceError where there is no way back */
  async backIfLost(): Promise<{ step: number; reason: string } | undefined> {
    try {
      this.engine.runtime.throwErrors();
      return undefined;
    } catch (error) {
      return await this.back(error);
    }
  }

  /**
   * Goes back to the newest snapshot, on a new device, if this one is lost.
   * @param error what the run was ended by
   * @returns the step from which to go on, and why
   * @throws the error where it has another cause, or there is no way back
   */
  async back(error: unknown): Promise<{ step: number; reason: string }> {
    const { engine } = this;
    // What a lost device refuses may be told before the loss is.
    const reason = await Promise.race([engine.lost, new Promise<undefined>((r) => setTimeout(r, 50))]);
    if (!reason || !this.#newest || ++this.#losses > MOST_LOSSES) throw error;
    const { snapshot, step } = this.#newest;
    for (const [i, wait] of ATTEMPTS.entries()) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      try {
        await engine.recover(snapshot);
        break;
      } catch (refused) {
        const isHopeless = engine.runtime.isDisposed || engine.options.device !== undefined;
        if (isHopeless || i === ATTEMPTS.length - 1) throw refused;
      }
    }
    return { step, reason };
  }
}
