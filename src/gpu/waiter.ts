import { inNode } from "./device";

/** Milliseconds that Node sleeps at least and at most between two polls of the device. */
const SHORTEST_NAP = 0.1;
const LONGEST_NAP = 2;

/** Part of the time since the last answer that a nap may take. */
const NAP_PART = 1 / 32;

/** Steps that may be under way at once: a long queue makes every step slower. */
const MOST_STEPS = 2;
/** The same on a GPU, of steps of fewer milliseconds: it would wait for the script, which hears late of a step's end. */
const MOST_SHORT_STEPS = 4;
const SHORT_STEP = 4;

/** Never written: waiting for a change of it is sleeping. */
let napCell: Int32Array<SharedArrayBuffer> | undefined;

/** Waits for the device, and limits how many steps are under way. */
export class Waiter {
  readonly #inFlight: Promise<void>[] = [];
  #waits = 0;
  /** Steps submitted so far. */
  submissions = 0;
  #napping = false;
  /** When the device last answered, or was first waited for after that, in milliseconds. */
  #since = 0;

  /** @param cpu whether the device runs on the CPU */
  constructor(
    readonly device: GPUDevice,
    readonly cpu: boolean,
  ) {}

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

  /** Resolves when a step of about so many milliseconds may be submitted. */
  async room(milliseconds: number): Promise<void> {
    const most = this.cpu || milliseconds > SHORT_STEP ? MOST_STEPS : MOST_SHORT_STEPS;
    while (this.#inFlight.length >= most) await this.patiently(this.#inFlight[0]!);
  }

  /**
   * Waits for a promise of the device. While one is pending, Dawn in Node polls the device without a pause: here the thread sleeps a
   * little between two polls, the longer the longer nothing happens. A device that runs on the CPU needs the core, so that the
   * thread sleeps from the beginning; on a GPU a nap would take longer than a short step. Browsers need no help.
   */
  async patiently<T>(promise: Promise<T>): Promise<T> {
    if (!inNode()) return promise;
    if (this.#waits++ === 0) this.#since = performance.now();
    // The loop of an earlier wait serves this one too: a second loop would double the naps.
    if (!this.#napping) this.#nap();
    try {
      return await promise;
    } finally {
      this.#waits--;
      this.#since = performance.now();
    }
  }

  #nap(): void {
    this.#napping = this.#waits > 0;
    if (!this.#napping) return;
    napCell ??= new Int32Array(new SharedArrayBuffer(4));
    const part = NAP_PART * (performance.now() - this.#since);
    const nap = Math.min(this.cpu ? Math.max(part, SHORTEST_NAP) : part, LONGEST_NAP);
    if (nap >= SHORTEST_NAP) Atomics.wait(napCell, 0, 0, nap);
    setImmediate(() => this.#nap());
  }
}
