/** Waits for the queue, and caps how many submissions are under way. */
export class Waiter {
  readonly #inFlight: Promise<void>[] = [];

  /** @param pump lets an event loop that does not poll the device by itself (Dawn in Node) make progress */
  constructor(readonly device: GPUDevice) {}

  /** Resolves when all that was submitted so far is done. */
  workDone(): Promise<void> {
    return this.device.queue.onSubmittedWorkDone();
  }

  /** Counts what was just submitted as one step under way. */
  submitted(): void {
    const done = this.workDone().then(() => {
      this.#inFlight.splice(this.#inFlight.indexOf(done), 1);
    });
    this.#inFlight.push(done);
  }

  /** Resolves when fewer than `limit` steps are under way: an unbounded queue makes every step slower. */
  async below(limit: number): Promise<void> {
    while (this.#inFlight.length >= limit) await this.#inFlight[0];
  }
}
