import { checkOption } from "../graph/options";
import { checkEngine } from "./checkStates";
import type { Engine } from "./engine";
import type { Snapshot } from "./snapshot";

/** Default milliseconds between two snapshots. */
const EVERY = 15_000;

/** Least time between two snapshots, as a multiple of the time that one takes. */
const SELDOM = 20;

/** Most losses of the device without a new snapshot between them. */
const MOST_LOSSES = 3;

/** Milliseconds to wait before each attempt to open another device: a browser may have to start a process first. */
const ATTEMPTS = [0, 250, 1000, 4000, 8000];

/** Takes snapshots of a run periodically, and goes back to the newest when the device is lost. */
export class Recovery {
  #newest: { readonly snapshot: Snapshot; readonly step: number } | undefined;
  #due = 0;
  #losses = 0;

  /** @param every milliseconds between two snapshots; default 15,000. With Infinity {@link due} is never true. */
  constructor(
    readonly engine: Engine,
    readonly every = EVERY,
  ) {
    checkEngine("Recovery", engine);
    checkOption("Recovery", "every", every, typeof every === "number" && every >= 0, "milliseconds");
  }

  /** Whether it is time for a snapshot. */
  get due(): boolean {
    return performance.now() >= this.#due && this.every !== Number.POSITIVE_INFINITY;
  }

  /** Takes a snapshot; the run need not wait for it. @param step the steps that the run has taken */
  async keep(step: number): Promise<void> {
    this.#due = Number.POSITIVE_INFINITY;
    const began = performance.now();
    try {
      this.#newest = { snapshot: await this.engine.snapshot(), step };
      this.#losses = 0;
    } catch {
      // If the device is lost, the run's next step throws.
    }
    const now = performance.now();
    this.#due = now + Math.max(this.every, SELDOM * (now - began));
  }

  /** Goes {@link back} if the device is lost. @throws DeviceError where there is no way back */
  async backIfLost(): Promise<{ step: number; reason: string } | undefined> {
    try {
      this.engine.runtime.throwErrors();
      return undefined;
    } catch (error) {
      return await this.back(error);
    }
  }

  /**
   * Goes back to the newest snapshot, on a new device.
   * @param error what ended the run
   * @returns the step from which to go on, and why the device was lost
   * @throws the error itself where the device is not lost or there is no snapshot; DeviceError where there is no other device
   */
  async back(error: unknown): Promise<{ step: number; reason: string }> {
    const { engine } = this;
    // Errors of calls to a lost device may come before the loss is reported.
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
