import { inNode } from "./device";

/** Milliseconds that Node sleeps at least and at most between two polls of the device. */
const SHORTEST_NAP = 0.1;
const LONGEST_NAP = 2;

/** Part of the time slept since the last answer that a nap may take. */
const NAP_PART = 1 / 32;

/** Never written: waiting for a change of it is sleeping. */
let napCell: Int32Array<SharedArrayBuffer> | undefined;

/** Waits for the device, and limits how many steps are under way. */
export class Waiter {
  readonly #inFlight: Promise<void>[] = [];
  #waits = 0;
  /** Steps submitted so far. */
  submissions = 0;
  #napping = false;
  /** Milliseconds slept since the device last answered. */
  #slept = 0;

  constructor(readonly device: GPUDevice) {}

  /** Resolves when all that was submitted so far is done. */
  workDone(): Promise<void> {
    return this.patiently(this.device.queue.onSubmittedWorkDone());
  }

  /** Counts what was just submitted as one step under way. */
  submitted(): void {
    this.submissions++;
    const end = () => void this.#inFlight.splice(this.#inFlight.indexOf(done), 1);
    // It rejects where the device is lost; the next use of the device throws that.
    const done: Promise<void> = this.device.queue.onSubmittedWorkDone().then(end, end);
    this.#inFlight.push(done);
  }

  /** Whether a step is under way. */
  get busy(): boolean {
    return this.#inFlight.length > 0;
  }

  /** Resolves when fewer than `limit` steps are under way: a long queue makes every step slower. */
  async below(limit: number): Promise<void> {
    while (this.#inFlight.length >= limit) await this.patiently(this.#inFlight[0]!);
  }

  /**
   * Waits for a promise of the device. While one is pending, Dawn in Node polls the device without a pause, on a core that a software
   * device needs: here the thread sleeps a little between two polls, the longer the longer nothing happens. Browsers need no help.
   */
  async patiently<T>(promise: Promise<T>): Promise<T> {
    if (!inNode()) return promise;
    this.#waits++;
    // The loop of an earlier wait serves this one too: a second loop would double the naps.
    if (!this.#napping) this.#nap();
    try {
      return await promise;
    } finally {
      this.#waits--;
      this.#slept = 0;
    }
  }

  #nap(): void {
    this.#napping = this.#waits > 0;
    if (!this.#napping) return;
    napCell ??= new Int32Array(new SharedArrayBuffer(4));
    const nap = Math.min(Math.max(NAP_PART * this.#slept, SHORTEST_NAP), LONGEST_NAP);
    Atomics.wait(napCell, 0, 0, nap);
    this.#slept += nap;
    setImmediate(() => this.#nap());
  }
}
