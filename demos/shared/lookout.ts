/** One look at a time: asked again while one is under way, it is taken once more after it. */
export class Lookout {
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(readonly take: () => Promise<void>) {}

  /** Resolves when what is there now has been looked at. */
  look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#keepLooking().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #keepLooking(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.take();
    }
  }
}
