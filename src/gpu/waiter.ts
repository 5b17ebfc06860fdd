import { inNode } from "./device";

/** Milliseconds that Node sleeps between two looks at the device. */
const NAP = 0.1;

/** Nobody writes to it, so waiting for it is sleeping. */
let napCell: Int32Array<SharedArrayBuffer> | undefined;

/** Waits for the queue, and caps how many submissions are under way. */
export class Waiter {
  readonly #inFlight: Promise<void>[] = [];
  #waits = 0;
  /** Steps submitted so far. */
  submissions = 0;
  #napping = false;

  constructor(readonly device: GPUDevice) {}

  /** Resolves when all that was submitted so far is done. */
  workDone(): Promise<void> {
    return this.patiently(this.device.queue.onSubmittedWorkDone());
  }

  /** Counts what was just submitted as one step under way. */
  submitted(): void {
    this.submissions++;
    const end = () => void this.#inFlight.splice(this.#inFlight.indexOf(done), 1);
    // Of a device that is lost whoever uses it next hears.
    const done: Promise<void> = this.device.queue.onSubmittedWorkDone().then(end, end);
    this.#inFlight.push(done);
  }

  /** Whether a step is under way. */
  get busy(): boolean {
    return this.#inFlight.length > 0;
  }

  /** Resolves when fewer than `limit` steps are under way: an unbounded queue makes every step slower. */
  async below(limit: number): Promise<void> {
    while (this.#inFlight.length >= limit) await this.patiently(this.#inFlight[0]!);
  }

  /**
   * Dawn in Node asks the device again and again while a promise of it is open, which keeps a core busy that a software
   * device needs. Here the thread sleeps a little between two looks; browsers wait by themselves.
   */
  async patiently<T>(promise: Promise<T>): Promise<T> {
    if (!inNode()) return promise;
    this.#waits++;
    // A loop that the wait before left behind goes on for this one: a second loop would double the naps.
    if (!this.#napping) this.#nap();
    try {
      return await promise;
    } finally {
      this.#waits--;
    }
  }

  #nap(): void {
    this.#napping = this.#waits > 0;
    if (!this.#napping) return;
    napCell ??= new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(napCell, 0, 0, NAP);
    setImmediate(() => this.#nap());
  }
}
