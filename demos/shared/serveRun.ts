import type { UnderTheHood } from "./run";

/** What a worker needs of a run. */
export interface ServedRun<E> {
  readonly done: number;
  readonly lost: Promise<string>;
  train(on: (e: E) => void, signal: AbortSignal): Promise<void>;
  step(on: (e: E) => void): Promise<void>;
  underTheHood(): Promise<UnderTheHood>;
  /** After the device was lost: resolves when the run is on another, in training too. @throws where it cannot */
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

/** The device is lost, with a plain reason: another one is looked for, or there is none. */
export interface LostEvent {
  readonly event: "searching" | "lost";
  readonly reason: string;
}

/** Milliseconds after which is asked again what a lost device left unanswered, and how often at most. */
const ASK_AGAIN = 100;
const MOST_TRIES = 100;

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

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
  /** A run whose device is lost for good. */
  #ended: R | undefined;

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
      if (run.recover) this.send({ event: "searching", reason });
      try {
        if (!run.recover) throw new Error("it cannot go on");
        await run.recover((e) => this.send(e));
      } catch {
        this.#ended = run;
        if (this.#run === run) this.send({ event: "lost", reason });
        return;
      }
    }
  }

  /** Asks the run for something; the run stays until it is answered. What a lost device left unanswered is asked again. */
  ask<T>(question: (run: R) => Promise<T>): Promise<T> {
    const answer = this.#answer(this.current, question);
    const settled: Promise<unknown> = answer.catch(() => {}).then(() => this.#asked.delete(settled));
    this.#asked.add(settled);
    return answer;
  }

  async #answer<T>(run: R, question: (run: R) => Promise<T>): Promise<T> {
    let isLost = false;
    if (run.recover) void run.lost.then(() => (isLost = true));
    for (let tries = 1; ; tries++) {
      try {
        return await question(run);
      } catch (error) {
        await later(ASK_AGAIN);
        if (!isLost || tries === MOST_TRIES || this.#run !== run || this.#ended === run) throw error;
      }
    }
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
