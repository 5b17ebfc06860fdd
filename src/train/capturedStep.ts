import { BYTES_PER_ELEMENT, type Numbers, type TypedArray, typedArray } from "../core/dtype";
import { CaptureError } from "../core/errors";
import { Executable, type RingCopy } from "../gpu/executable";
import type { KernelTime } from "../gpu/profile";
import type { Runtime } from "../gpu/runtime";
import type { Region } from "../gpu/storage";
import { checkList, checkObject } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import type { Plan } from "../schedule/plan";
import { checkFeed } from "./captureInputs";
import { nanError } from "./nanError";

/** Number of runs whose one-element outputs are kept for {@link CapturedStep.drain}. */
export const RING = 256;

/** Milliseconds that a submission should take at most: longer steps are cut into several. */
const CHUNK_MILLISECONDS = 50;

/** The runs whose time is measured. The first ones are not: drivers put off some work until then. */
const MEASURED_RUNS = [2, 3, 4];

/** The one-element outputs of a run. */
export interface Scalars<O extends string> {
  /** Number of the run, from 0. */
  readonly run: number;
  readonly values: Readonly<Record<O, number>>;
}

/** A step that can be made again on another device. */
export interface Revivable {
  readonly runs: number;
  revive(runs: number): Promise<void>;
}

/** What a captured step needs of its engine. */
export interface StepHost {
  /** Runs pending updates and reads of eager code; undefined where there are none. */
  before(): Promise<unknown> | undefined;
  onDispose(step: Revivable): void;
}

/** A step captured as a plan. A run only writes the feeds and submits the plan. */
export class CapturedStep<I extends string = string, O extends string = string> {
  /** Runs so far. */
  runs = 0;
  readonly #scalars: readonly (readonly [O, Tensor])[];
  #ring: GPUBuffer | undefined;
  #drained = 0;
  #disposed = false;
  /** Whether the outputs hold results: they do not before the first run, nor after the step was made again. */
  #hasResults = false;
  /** Resolves when all runs called so far are submitted or have failed. */
  #submitted: Promise<unknown> = Promise.resolve();
  /** The shortest time that a run was seen to take. */
  #milliseconds = Number.POSITIVE_INFINITY;
  #executable: Executable;
  /** Feeds that have a value. */
  readonly #fed = new Set<string>();

  /**
   * @param build plans the step again, with the kernels that are known as the fastest by then
   * @param watched whether runs look for NaN
   * @internal `engine.capture` makes steps
   */
  constructor(
    /** @internal */
    readonly runtime: Runtime,
    executable: Executable,
    /** What `run` is given, by name. */
    readonly feeds: Readonly<Record<I, Tensor>>,
    /** What `read` and `drain` give, by name. */
    readonly outputs: Readonly<Record<O, Tensor>>,
    /** @internal */
    readonly build: () => Plan,
    /** @internal */
    readonly host: StepHost,
    /** @internal */
    readonly watched = false,
  ) {
    this.#executable = executable;
    const all = Object.entries(outputs) as [O, Tensor][];
    this.#scalars = all.filter(([, t]) => t.size === 1 && t.dtype !== "f16");
    this.#ring = this.#makeRing();
  }

  /** Bytes that the step takes besides its plan: for the one-element outputs of its last runs. */
  get ringBytes(): number {
    return this.#scalars.length * RING * BYTES_PER_ELEMENT;
  }

  #makeRing(): GPUBuffer | undefined {
    return this.ringBytes ? this.runtime.pool.acquire(this.ringBytes, "ring of scalars") : undefined;
  }

  /** What the step does. `String(step.plan)` is readable text. */
  get plan(): Plan {
    return this.executable.plan;
  }

  /** @internal The plan, bound to the device. */
  get executable(): Executable {
    return this.#executable;
  }

  /** Plans the step again, if it would now take other kernels. States stay; feeds must be given again. */
  async rebuild(): Promise<void> {
    this.#refuseDisposed("rebuild");
    const plan = this.build();
    const ways = (p: Plan) => p.choices.map((c) => c.way).join();
    if (ways(plan) === ways(this.plan)) return;
    const executable = await Executable.create(this.runtime, plan);
    await this.#inTurn(async () => {
      await this.runtime.waiter.workDone();
      if (this.#disposed) return executable.dispose();
      this.runtime.throwIfReplaced(executable.device);
      this.#executable.dispose();
      this.#replace(executable);
    });
  }

  /** @internal Makes the step again on another device. @param runs how often it had run when the states there were saved */
  async revive(runs: number): Promise<void> {
    const executable = await Executable.create(this.runtime, this.build());
    if (this.#disposed) return executable.dispose();
    this.#replace(executable);
    this.#ring = this.#makeRing();
    this.runs = runs;
    this.#drained = runs;
  }

  /** Takes another executable, whose buffers are still empty. */
  #replace(executable: Executable): void {
    executable.cut(this.#executable.submits);
    this.#executable = executable;
    this.#fed.clear();
    this.#hasResults = false;
  }

  /** Number of submissions in a run. */
  get submits(): number {
    return this.executable.submits;
  }

  /**
   * Runs the step once. Runs take turns in the order of their calls; each resolves when it is submitted, which waits while two steps
   * are under way, of short steps on a GPU four. Updates that were recorded before, outside a capture, run first; they do not wait
   * for runs that were not awaited.
   * @param values an array for each feed, not to be changed before the call resolves; a feed that is left out keeps its last value
   * @throws DeviceError where the device is lost; CaptureError where a feed is unknown, or has another size or dtype than captured;
   *   DataError on NaN, or an integer that an op does not take; with `debug` also at the first op that makes a NaN
   */
  async run(values: Partial<Record<I, Numbers>> = {}): Promise<void> {
    checkObject("run", values, "feeds");
    const entries = Object.entries(values) as [I, Numbers][];
    for (const [name, array] of entries) this.#check(name, array);
    const before = this.host.before();
    before?.catch(() => {}); // thrown when it is the run's turn
    await this.#inTurn(() => (before ? before.then(() => this.#run(entries)) : this.#run(entries)));
  }

  async #run(values: readonly [I, Numbers][]): Promise<void> {
    const { runtime } = this;
    const measured = MEASURED_RUNS.includes(this.runs);
    await (measured ? runtime.waiter.workDone() : runtime.waiter.room(this.#milliseconds));
    // From here until the run is submitted nothing may wait: another run would write the same feeds.
    this.#refuseDisposed("run");
    runtime.throwErrors();
    this.#requireFeeds(values);
    for (const [name, array] of values) {
      this.executable.write(this.feeds[name], array);
      this.#fed.add(name);
    }
    if (this.watched) return this.#runWatched();
    const start = performance.now();
    this.executable.run(this.#copies());
    this.#hasRun();
    if (measured) await this.#measure(start);
  }

  async #runWatched(): Promise<void> {
    const found = await this.executable.runWatched(this.#copies());
    if (found) throw nanError(found);
    this.#hasRun();
  }

  #hasRun(): void {
    this.runtime.waiter.submitted();
    this.runs++;
    this.#hasResults = true;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#submitted.then(work);
    this.#submitted = done.catch(() => {});
    return done;
  }

  #refuseDisposed(op: string): void {
    if (this.#disposed) throw new CaptureError(op, "the step has been disposed of", {}, "capture it again");
  }

  /**
   * The values of an output of the newest run.
   * @throws CaptureError where the step has not run since it was captured, or made again by tuning or recovery
   */
  async read(name: O): Promise<TypedArray> {
    return (await this.readAll([name]))[name];
  }

  /** Several outputs of the newest run, in one transfer. */
  async readAll(names: readonly O[]): Promise<Record<O, TypedArray>> {
    this.#refuseDisposed("read");
    checkList("readAll", "names", names);
    this.runtime.throwErrors();
    if (!this.#hasResults) throw this.#noResults();
    const tensors = names.map((name) => {
      const t = this.outputs[name];
      if (!t)
        throw new CaptureError("read", `the step has no output ${name}`, {
          outputs: Object.keys(this.outputs).join(", "),
        });
      return t;
    });
    const arrays = await this.executable.read(tensors);
    this.runtime.throwErrors();
    return Object.fromEntries(names.map((name, i) => [name, arrays[i]!])) as Record<O, TypedArray>;
  }

  #noResults(): CaptureError {
    return this.runs
      ? new CaptureError("read", "the step was made anew and has not run since", {}, "await step.run() again")
      : new CaptureError("read", "the step has not run yet", {}, "await step.run() first");
  }

  /** The one-element outputs of every run since the last drain (at most the last 256), in one transfer. */
  async drain(): Promise<Scalars<O>[]> {
    this.#refuseDisposed("drain");
    this.runtime.throwErrors();
    const end = this.runs;
    const start = Math.max(this.#drained, end - RING);
    this.#drained = end;
    if (!this.#ring || start === end) return [];
    const region: Region = { buffer: this.#ring, offset: 0, size: this.#ring.size };
    const length = this.#scalars.length * RING;
    const [words] = await this.runtime.readback.read([{ region, dtype: "u32", length }]);
    this.runtime.throwErrors();
    const rings = this.#scalars.map(([name, t]) => [name, typedArray(t.dtype, words!.buffer)] as const);
    return Array.from({ length: end - start }, (_, i) => {
      const run = start + i;
      const values = rings.map(([name, ring], s) => [name, ring[s * RING + (run % RING)]!]);
      return { run, values: Object.fromEntries(values) as Record<O, number> };
    });
  }

  /** Milliseconds that each kernel takes, from a run that leaves no trace; null where the device has no timestamp queries. */
  async profile(): Promise<KernelTime[] | null> {
    this.#refuseDisposed("profile");
    this.runtime.throwErrors();
    return this.executable.profile();
  }

  /** Gives back the step's buffers. States stay. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.executable.dispose();
    if (this.#ring) this.runtime.pool.release(this.#ring);
    this.host.onDispose(this);
  }

  #copies(): RingCopy[] {
    const at = this.runs % RING;
    return this.#scalars.map(([, from], s) => {
      const offset = (s * RING + at) * BYTES_PER_ELEMENT;
      return { from, to: { buffer: this.#ring!, offset, size: BYTES_PER_ELEMENT } };
    });
  }

  /** Cuts the step into short enough submissions, once its time has been measured. */
  async #measure(start: number): Promise<void> {
    await this.runtime.waiter.workDone();
    this.#milliseconds = Math.min(this.#milliseconds, performance.now() - start);
    if (this.runs > MEASURED_RUNS.at(-1)!) this.executable.cut(Math.ceil(this.#milliseconds / CHUNK_MILLISECONDS));
  }

  #check(name: I, values: Numbers): void {
    const t = this.feeds[name] as Tensor | undefined;
    if (!t) throw new CaptureError("run", `no feed ${name}`, { feeds: Object.keys(this.feeds).join(", ") || "none" });
    checkFeed(name, t, values);
  }

  /** Called at the run's turn: earlier runs may bring feeds. @throws CaptureError where a feed has no value */
  #requireFeeds(given: readonly (readonly [string, Numbers])[]): void {
    const lacks = (name: string) => !this.#fed.has(name) && !given.some(([n]) => n === name);
    const missing = Object.keys(this.feeds).filter(lacks);
    if (missing.length) throw new CaptureError("run", `the first run lacks ${missing.join(", ")}`);
  }
}
