import type { UnderTheHood } from "./run";

/** What a worker needs of a run. */
export interface ServedRun<E> {
  readonly done: number;
  readonly lost: Promise<string>;
  train(on: (e: E) => void, signal: AbortSignal): Promise<void>;
  step(on: (e: E) => void): Promise<void>;
  underTheHood(): Promise<UnderTheHood>;
  /** After the device was lost: goes on with another. @throws where it cannot */
  recover?(on: (e: E) => void): Promise<void>;
  dispose(): void;
}

/** What the worker of every page does; `create` and what only this model can are added to it. */
export type RunMethods = {
  /** Trains to the last step, or until paused; resolves with the step reached. */
  train(): Promise<number>;
  pause(): Promise<void>;
  /** One step; resolves with the step reached. */
  step(): Promise<number>;
  underTheHood(): Promise<UnderTheHood>;
};

/** The device is lost, with a plain reason. */
export interface LostEvent {
  readonly event: "lost";
  readonly reason: string;
}

/** What is loaded once and kept: what failed is tried again when it is next asked for. */
export function loadedOnce<A, T>(load: (from: A) => Promise<T>): (from: A) => Promise<T> {
  let loaded: Promise<T> | undefined;
  return (from) => {
    loaded ??= load(from);
    loaded.catch(() => {
      loaded = undefined;
    });
    return loaded;
  };
}

/** A worker's run: the one that is trained and asked, until another takes its place. */
export class RunKeeper<E, R extends ServedRun<E>> {
  #run: R | undefined;
  #training: { abort: AbortController; ended: Promise<void> } | undefined;
  /** What is asked of a run besides training: it ends before the run is let go. */
  readonly #asked = new Set<Promise<unknown>>();

  /** @param send tells the page */
  constructor(readonly send: (e: E | LostEvent) => void) {}

  /** @throws Error where there is none yet */
  get current(): R {
    if (!this.#run) throw new Error("the network is not ready yet");
    return this.#run;
  }

  /** Makes another run. The old one stays until the new one stands: a refused checkpoint loses nothing. */
  async replace(make: () => Promise<R>): Promise<R> {
    await this.halt();
    const made = await make();
    // What began meanwhile began with the old one.
    while (this.#training || this.#asked.size) {
      await this.halt();
      await Promise.all(this.#asked);
    }
    this.#run?.dispose();
    this.#run = made;
    void this.#watch(made);
    return made;
  }

  /** Has a run go on with another device as often as one is lost; the page is told where that cannot be. */
  async #watch(run: R): Promise<void> {
    for (;;) {
      const reason = await run.lost;
      if (this.#run !== run) return;
      try {
        if (!run.recover) throw new Error("it cannot go on");
        await run.recover((e) => this.send(e));
      } catch {
        if (this.#run === run) this.send({ event: "lost", reason });
        return;
      }
    }
  }

  /** Asks the run for something; the run stays until it is answered. */
  ask<T>(question: (run: R) => Promise<T>): Promise<T> {
    const answer = question(this.current);
    const settled: Promise<unknown> = answer.catch(() => {}).then(() => this.#asked.delete(settled));
    this.#asked.add(settled);
    return answer;
  }

  /** Stops a training under way and waits for its last step. */
  async halt(): Promise<void> {
    this.#training?.abort.abort();
    await this.#training?.ended.catch(() => {});
    this.#training = undefined;
  }

  readonly methods: RunMethods = {
    train: async () => {
      await this.halt();
      const trained = this.current;
      const abort = new AbortController();
      const ended = trained.train((e) => this.send(e), abort.signal);
      this.#training = { abort, ended };
      await ended;
      return trained.done;
    },
    pause: () => this.halt(),
    step: async () => {
      await this.halt();
      return this.ask(async (run) => {
        await run.step((e) => this.send(e));
        return run.done;
      });
    },
    underTheHood: () => this.ask((run) => run.underTheHood()),
  };
}
