import { bucketedBatches, type CapturedStep } from "../../src/index";

/** A captured step for sentences of about one length, and how many batches of them make up an epoch. */
export interface BucketStep {
  readonly step: CapturedStep<never, "loss">;
  readonly batches: number;
}

/**
 * One training step made of several: each run takes a batch of one length, all lengths mixed, another way each epoch. Which
 * one is next follows from the seed and the number of steps taken.
 */
export class BucketedStep {
  /** Batches of an epoch. */
  readonly batches: number;
  /** Which bucket each run since the last drain took. */
  #taken: number[] = [];
  #epoch: { readonly number: number; readonly order: readonly number[] } | undefined;

  /** @param start steps that were taken before, by a run that this one goes on from */
  constructor(
    readonly buckets: readonly BucketStep[],
    readonly seed: number,
    readonly start: number,
  ) {
    this.batches = buckets.reduce((sum, { batches }) => sum + batches, 0);
  }

  /** Runs so far, of all buckets. */
  get runs(): number {
    return this.buckets.reduce((sum, { step }) => sum + step.runs, 0);
  }

  async run(): Promise<void> {
    const bucket = this.#bucketAt(this.start + this.runs);
    await this.buckets[bucket]!.step.run();
    this.#taken.push(bucket);
  }

  /** The losses of all runs since the last drain, in their order. */
  async drain(): Promise<{ run: number; values: { readonly loss: number } }[]> {
    const taken = this.#taken;
    const first = this.runs - taken.length;
    this.#taken = [];
    const drained = await Promise.all(this.buckets.map(({ step }) => step.drain()));
    // From the newest back: a step keeps only so many losses.
    const losses: { run: number; values: { readonly loss: number } }[] = [];
    for (let i = taken.length - 1; i >= 0; i--) {
      const scalars = drained[taken[i]!]!.pop();
      if (scalars) losses.push({ run: first + i, values: scalars.values });
    }
    return losses.reverse();
  }

  /** The step of the bucket that most batches come from. */
  get usual(): CapturedStep<never, "loss"> {
    return this.buckets.reduce((a, b) => (b.batches > a.batches ? b : a)).step;
  }

  get plan() {
    return this.usual.plan;
  }

  get submits(): number {
    return this.usual.submits;
  }

  profile() {
    return this.usual.profile();
  }

  #bucketAt(step: number): number {
    const number = Math.floor(step / this.batches);
    if (this.#epoch?.number !== number) {
      const all = this.buckets.map(({ batches }) => ({
        length: 1,
        rows: Uint32Array.from({ length: batches }, (_, i) => i),
      }));
      const mixed = bucketedBatches(all, { batch: 1, shuffle: true, seed: this.seed, epoch: number });
      this.#epoch = { number, order: mixed.map(({ bucket }) => bucket) };
    }
    return this.#epoch.order[step % this.batches]!;
  }
}
