import { BYTES_PER_ELEMENT, type Numbers, type TypedArray, typedArray } from "../core/dtype";
import { CaptureError } from "../core/errors";
import { Executable, type RingCopy } from "../gpu/executable";
import type { KernelTime } from "../gpu/profile";
import type { Runtime } from "../gpu/runtime";
import type { Region } from "../gpu/storage";
import type { Tensor } from "../graph/tensor";
import type { Plan } from "../schedule/plan";
import { checkFeed } from "./captureInputs";
import { nanError } from "./nanError";

/** Runs whose one-element outputs are kept until they are drained. */
export const RING = 256;

/** Steps that may be under way at once. */
const MAX_IN_FLIGHT = 2;

/** Milliseconds that one submission may take before the step is cut into more of them. */
const CHUNK_MILLISECONDS = 50;

/** Runs after which the time of a step is measured: the first ones include what drivers put off. */
const MEASURED_RUNS = [2, 3, 4];

/** The outputs of a run that have one element; the others are not among them. */
export interface Scalars<O extends string> {
  /** Number of the run, from 0. */
  readonly run: number;
  readonly values: Readonly<Record<O, number>>;
}

/** What can be made anew on another device. */
export interface Revivable {
  readonly runs: number;
  revive(runs: number): Promise<void>;
}

/** What a captured step asks of its engine. */
export interface StepHost {
  /** Runs what was asked for outside of captured steps before; undefined where that is nothing. */
  before(): Promise<unknown> | undefined;
  onDispose(step: Revivable): void;
}

/** A step captured as a plan. Running it writes the feeds and submits; nothing else happens on the CPU. */
export class CapturedStep<I extends string = string, O extends string = string> implements Revivable {
  /** Runs so far. */
  runs = 0;
  readonly #scalars: readonly (readonly [O, Tensor])[];
  #ring: GPUBuffer | undefined;
  #drained = 0;
  #disposed = false;
  /** Whether the outputs are those of a run: not before the first one, nor after the step was made anew. */
  #hasResults = false;
  /** Resolves when the runs asked for so far have been submitted, or have failed. */
  #submitted: Promise<unknown> = Promise.resolve();
  #milliseconds = Number.POSITIVE_INFINITY;
  #executable: Executable;
  /** Feeds that have a value. */
  readonly #fed = new Set<string>();

  /**
   * @param build makes the step's plan anew, with what is known of the device by then
   * @param watched whether runs look for NaN
   */
  constructor(
    readonly runtime: Runtime,
    executable: Executable,
    readonly feeds: Readonly<Record<I, Tensor>>,
    readonly outputs: Readonly<Record<O, Tensor>>,
    readonly build: () => Plan,
    readonly host: StepHost,
    readonly watched = false,
  ) {
    this.#executable = executable;
    const all = Object.entries(outputs) as [O, Tensor][];
    this.#scalars = all.filter(([, t]) => t.size === 1 && t.dtype !== "f16");
    this.#ring = this.#makeRing();
  }

  /** Bytes that the step takes beside its plan: for the scalars of its last runs. */
  get ringBytes(): number {
    return this.#scalars.length * RING * BYTES_PER_ELEMENT;
  }

  #makeRing(): GPUBuffer | undefined {
    return this.ringBytes ? this.runtime.pool.acquire(this.ringBytes, "ring of scalars") : undefined;
  }

  /** What the step does, as text: `String(step.plan)`. */
  get plan(): Plan {
    return this.executable.plan;
  }

  get executable(): Executable {
    return this.#executable;
  }

  /** Plans the step again, where other kernels would now be taken. The states stay; feeds must be given once more. */
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

  /** Makes the step anew on another device. @param runs that the states there have seen */
  async revive(runs: number): Promise<void> {
    const executable = await Executable.create(this.runtime, this.build());
    if (this.#disposed) return executable.dispose();
    this.#replace(executable);
    this.#ring = this.#makeRing();
    this.runs = runs;
    this.#drained = runs;
  }

  /** Takes another executable, in whose buffers there is nothing yet. */
  #replace(executable: Executable): void {
    executable.cut(this.#executable.submits);
    this.#executable = executable;
    this.#fed.clear();
    this.#hasResults = false;
  }

  /** Submissions a run makes. */
  get submits(): number {
    return this.executable.submits;
  }

  /**
   * Runs the step once, after the updates that were recorded outside a capture before; these do not wait for runs that were
   * not awaited. Resolves when it is submitted; waits while two steps are still under way. Runs take turns in the order of
   * their calls.
   * @param values one array for each feed, not to be changed before the call resolves; a feed left out keeps its last value
   * @throws DeviceError where the device is lost, CaptureError where a feed is unknown, or of another size or dtype than captured;
   *   DataError on NaN, or an integer that an op does not take; with `debug` also at the first op that makes a NaN
   */
  async run(values: Partial<Record<I, Numbers>> = {}): Promise<void> {
    const entries = Object.entries(values) as [I, Numbers][];
    for (const [name, array] of entries) this.#check(name, array);
    const before = this.host.before();
    before?.catch(() => {}); // told when it is the run's turn
    await this.#inTurn(() => (before ? before.then(() => this.#run(entries)) : this.#run(entries)));
  }

  async #run(values: readonly [I, Numbers][]): Promise<void> {
    const { runtime } = this;
    const measured = MEASURED_RUNS.includes(this.runs);
    await (measured ? runtime.waiter.workDone() : runtime.waiter.below(MAX_IN_FLIGHT));
    // From here on nothing waits until the run is submitted.
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
   * The values of an output after the newest run.
   * @throws CaptureError where there was none since the step was made, or made anew by tuning or recovery
   */
  async read(name: O): Promise<TypedArray> {
    return (await this.readAll([name]))[name];
  }

  /** Several outputs of the newest run, in one transfer. */
  async readAll(names: readonly O[]): Promise<Record<O, TypedArray>> {
    this.#refuseDisposed("read");
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

  /** Milliseconds by kernel, from a run that leaves no trace; null where the device has no timestamp queries. */
  async profile(): Promise<KernelTime[] | null> {
    this.#refuseDisposed("profile");
    this.runtime.throwErrors();
    return this.executable.profile();
  }

  /** Gives the step's buffers back. The states stay. */
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

  /** Cuts the step into submissions that are short enough, once its time is known. */
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

  /** Not before the runs asked for earlier: these may bring what is left out now. */
  #requireFeeds(given: readonly (readonly [string, Numbers])[]): void {
    const lacks = (name: string) => !this.#fed.has(name) && !given.some(([n]) => n === name);
    const missing = Object.keys(this.feeds).filter(lacks);
    if (missing.length) throw new CaptureError("run", `the first run lacks ${missing.join(", ")}`);
  }
}
