import type { Numbers, TypedArray } from "../core/dtype";
import type { AdapterInfo } from "../gpu/device";
import { Executable } from "../gpu/executable";
import type { PoolStatistics } from "../gpu/pool";
import { Runtime } from "../gpu/runtime";
import { withAutocast } from "../graph/autocast";
import { withCallSites } from "../graph/callSite";
import { countDraws } from "../graph/generator";
import { checkOption, optionsOf } from "../graph/options";
import { withOffers } from "../graph/segment";
import { homeOf, Tensor } from "../graph/tensor";
import { hasPendingUpdates, takePendingUpdates, trace } from "../graph/trace";
import type { AnyModule } from "../nn/module";
import type { ExponentialMovingAverage } from "../optim/ema";
import type { Optimizer } from "../optim/optimizer";
import { type Plan, plan } from "../schedule/plan";
import { CapturedStep, type Revivable, type StepHost } from "./capturedStep";
import { type CaptureOptions, checkCapture, checkFeeds, checkOutputs, type FeedSpec, makeFeed } from "./captureInputs";
import { checkRead, checkReleased, checkSaved, checkStep, checkWrite } from "./checkStates";
import { Eager } from "./eager";
import { type EngineLoadOptions, type EngineOptions, switchesOf } from "./engineOptions";
import { type DevicePace, estimateOf, measurePace, type StepEstimate } from "./estimate";
import { IdleTuning } from "./idleTuning";
import { announce, ownOf } from "./ownUpdates";
import { decodePlans, encodePlans } from "./planFile";
import { checkSnapshot, type Snapshot } from "./snapshot";
import { type Measurement, Tuner } from "./tuner";
import { platformTuningStore } from "./tuningStore";

/** A GPU device and the states that live on it. Ops only record; `read` and captured steps compute. */
export class Engine {
  readonly #eager: Eager;
  readonly #tuner: Tuner;
  #idle: IdleTuning | undefined;
  /** Captured steps that are not disposed of. */
  readonly #steps = new Set<Revivable>();
  /** Resolves when earlier measurements on this device are loaded. */
  readonly #tuned: Promise<void>;
  readonly #tuneWhenIdle: boolean;
  #pace: Promise<DevicePace> | undefined;

  private constructor(
    /** @internal */
    readonly runtime: Runtime,
    readonly options: EngineOptions,
  ) {
    const { tuning = platformTuningStore(), tuneWhenIdle = typeof indexedDB !== "undefined" } = options;
    announce(runtime);
    this.#tuner = new Tuner(runtime, tuning || undefined);
    this.#tuned = this.#tuner.load();
    this.#eager = new Eager(runtime, async (request) => {
      await this.#tuned;
      const { target } = this.#tuner;
      return Executable.create(runtime, plan({ ...request, target, fuse: options.fuse ?? true }));
    });
    this.#tuneWhenIdle = tuning !== false && tuneWhenIdle;
    if (this.#tuneWhenIdle) this.#idle = new IdleTuning(this.#tuner);
  }

  /**
   * Opens a device and makes an engine on it.
   * @throws DeviceError where there is no WebGPU or no adapter, with what to do
   */
  static async create(options: EngineOptions = {}): Promise<Engine> {
    optionsOf("createEngine", options, "device gpu powerPreference fuse join tuning tuneWhenIdle");
    return new Engine(await Runtime.create(options), options);
  }

  /** What the engine runs on. */
  get adapter(): AdapterInfo {
    return this.runtime.adapter;
  }

  /** Use of device memory. */
  get memory(): PoolStatistics {
    return this.runtime.pool.statistics;
  }

  /** Resolves with the reason when the device is lost. After {@link Engine.recover} it is a new promise. */
  get lost(): Promise<string> {
    return this.runtime.lost;
  }

  /**
   * Traces `fn` once and makes a step of it, which then runs without any work on the graph. A tensor that is recorded outside `fn`
   * and used in it is computed in every run: to keep its value, read it and use `tensor(values)`.
   *
   * @param inputs the step's feeds by name: shapes (f32), or `{ shape, dtype }`
   * @param fn makes the outputs from the feeds; updates recorded in it, of optimizers say, are part of the step
   * @throws the errors of ops; CaptureError where `fn` computes from a feed of another capture; DeviceError where the device
   *   refuses a kernel, lacks memory, or is replaced meanwhile
   */
  async capture<I extends Record<string, FeedSpec>, O extends Record<string, Tensor>>(
    inputs: I,
    fn: (feeds: { [K in keyof I]: Tensor }) => O,
    options: CaptureOptions = {},
  ): Promise<CapturedStep<keyof I & string, keyof O & string>> {
    this.runtime.throwErrors();
    checkCapture(inputs, fn);
    optionsOf("capture", options, "onCompile fuse join autocast recompute debug");
    const { onCompile, autocast = false, recompute = false, debug = false } = options;
    const joined = switchesOf(options, this.options);
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, makeFeed(name, spec)]));
    const halves = autocast && this.adapter.features.includes("shader-f16");
    const run = () => fn(feeds as { [K in keyof I]: Tensor });
    const noted = () => withCallSites(debug, run);
    const { result, updates } = trace(() => withOffers(recompute, () => withAutocast(halves, noted)));
    checkOutputs(result);
    const request = { outputs: Object.values(result), updates, inputs: Object.values(feeds), ...joined };
    checkFeeds(request.inputs, request.outputs, updates);
    await this.#tuned;
    const build = () => plan({ ...request, target: this.#tuner.target });
    const executable = await Executable.create(this.runtime, build(), onCompile);
    this.#idle?.add(executable.plan.choices);
    return this.#stepOf(executable, feeds, result, build, debug);
  }

  readonly #host: StepHost = {
    before: () => (hasPendingUpdates(ownOf(this.runtime, [])) ? this.read([]) : this.#eager.underWay),
    onDispose: (step) => this.#steps.delete(step),
  };

  #stepOf<I extends string, O extends string>(
    executable: Executable,
    feeds: Readonly<Record<I, Tensor>>,
    outputs: Readonly<Record<O, Tensor>>,
    build: () => Plan,
    watched = false,
  ): CapturedStep<I, O> {
    this.runtime.throwIfReplaced(executable.device);
    const step = new CapturedStep(this.runtime, executable, feeds, outputs, build, this.#host, watched);
    this.#steps.add(step);
    return step;
  }

  /**
   * Measures which kernels are the fastest on this device, for each op of a step that has a choice, and rebuilds the step with them.
   * This takes up to 200 ms an op, besides compiling; what is known already is not measured again.
   * @returns what was measured
   */
  async tune(step: CapturedStep, onMeasured?: (m: Measurement) => void): Promise<Measurement[]> {
    checkStep("tune", step);
    if (onMeasured) checkOption("tune", "onMeasured", onMeasured, typeof onMeasured === "function", "a function");
    const measured = await this.#tuner.tune(step.plan.choices, onMeasured);
    await step.rebuild();
    return measured;
  }

  /** Estimates what a run of a step takes, without running it: memory, operations, and time by the measured pace of the device. */
  async estimate(step: Pick<CapturedStep, "plan"> & Partial<Pick<CapturedStep, "ringBytes">>): Promise<StepEstimate> {
    checkStep("estimate", step);
    this.#pace ??= measurePace(this).catch((error) => {
      this.#pace = undefined;
      throw error;
    });
    const estimate = estimateOf(step.plan, await this.#pace);
    return { ...estimate, bytes: estimate.bytes + (step.ringBytes ?? 0) };
  }

  /**
   * Writes captured steps as a file: their kernels, plans, and the values of their states. {@link Engine.load} reads it elsewhere,
   * without the code that made the steps.
   * @param steps by name; states that they share stay shared
   * @param states to be found by name when the file is loaded: a learning rate, say
   * @returns the bytes of a .safetensors file
   */
  async save(
    steps: Readonly<Record<string, CapturedStep>>,
    states: Readonly<Record<string, Tensor>> = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkSaved(steps, states);
    const named = Object.values(states).map((t) => homeOf(t).state);
    const buffers = [...new Set([...Object.values(steps).flatMap((s) => s.plan.states), ...named])];
    const values = await this.runtime.readStates(buffers);
    this.runtime.throwErrors();
    return encodePlans(steps, states, new Map(buffers.map((t, i) => [t, values[i]!])), this.runtime.open.target);
  }

  /**
   * Reads a file of {@link Engine.save}: its steps and their states, without tracing.
   * @throws CheckpointError where the file is malformed, or made for a device with other features; nothing is changed then
   */
  async load(
    bytes: Uint8Array,
    options: EngineLoadOptions = {},
  ): Promise<{ steps: Record<string, CapturedStep>; states: Readonly<Record<string, Tensor>> }> {
    const { onCompile, file } = optionsOf("load", options, "onCompile file");
    this.runtime.throwErrors();
    const { open, storage } = this.runtime;
    const { steps, states, values } = decodePlans(bytes, open.target, open.info.features, file);
    const loaded: [string, CapturedStep][] = [];
    try {
      for (const [t, array] of values) storage.write(t, array);
      for (const [name, { plan: made, feeds, outputs }] of Object.entries(steps)) {
        const executable = await Executable.create(this.runtime, made, onCompile);
        loaded.push([name, this.#stepOf(executable, feeds, outputs, () => made)]);
      }
    } catch (error) {
      for (const [, step] of loaded) step.dispose();
      storage.forget(values.keys());
      throw error;
    }
    return { steps: Object.fromEntries(loaded), states };
  }

  /**
   * Computes tensors, and runs the pending updates: those recorded outside a capture since the last read or run of a step. A state
   * is read as it is after the updates; what is computed from a state uses its value before them. The same code, when it runs
   * again, reuses its plan, pipelines and buffers. Arrays given to `tensor` may be changed once the call has resolved. Updates of
   * states that live on another engine, and not on this one, are left to that engine, unless they concern what is read.
   * @throws DeviceError where the device is lost: pending updates are dropped then
   */
  read(tensor: Tensor): Promise<TypedArray>;
  read(tensors: readonly Tensor[]): Promise<TypedArray[]>;
  async read(what: Tensor | readonly Tensor[]): Promise<TypedArray | TypedArray[]> {
    // Pending updates would change what recovery restores.
    if (!this.runtime.canRun) takePendingUpdates(ownOf(this.runtime, []));
    this.runtime.throwErrors();
    const outputs = Array.isArray(what) ? (what as readonly Tensor[]) : [what as Tensor];
    checkRead(outputs);
    countDraws(outputs);
    const values = await this.#eager.read(outputs);
    this.runtime.throwErrors();
    return Array.isArray(what) ? values : values[0]!;
  }

  /**
   * Overwrites a state: a parameter, a learning rate, a counter. It does not wait: runs and reads that were not awaited may see the
   * new value, and pending updates change it.
   * @throws CaptureError where the tensor is no state; ShapeError, DTypeError, DataError where the values do not fit
   */
  write(state: Tensor, values: Numbers): void {
    this.runtime.throwErrors();
    checkWrite(state, values);
    this.runtime.storage.write(state, values);
  }

  /**
   * Gives back the memory of states: parameters with everything that shares their arena, and the states of an optimizer or an
   * average. A state that is used again later starts with its first value.
   */
  release(...what: readonly (AnyModule | Optimizer | ExponentialMovingAverage | Tensor)[]): void {
    this.runtime.storage.forget(checkReleased(what).flatMap(statesIn));
  }

  /**
   * Reads the values of all states, after what was submitted so far. A run that loses its device can go on from them, see
   * {@link Engine.recover}. Steps may run meanwhile.
   */
  async snapshot(): Promise<Snapshot> {
    this.runtime.throwErrors();
    const runs = new Map([...this.#steps].map((step) => [step, step.runs]));
    const { homes, located } = this.runtime.storage;
    const values = await this.runtime.readStates(homes);
    return { runs, located, values: new Map(homes.map((t, i) => [t, values[i]!])) };
  }

  /**
   * Goes on after the device was lost: opens a new one, puts the states back as they were at the snapshot, and makes captured
   * steps again. The `runs` of steps are those of the snapshot; feeds must be given again. States that came after it start with
   * their first values, and pending updates are dropped. Captures, reads and tuning under way throw. Equal kernels give equal bits.
   * @param device needed where the lost one was given to the engine
   * @throws DeviceError where there is no other device, CaptureError where no snapshot is given; nothing is changed then, and it may
   *   be tried again
   */
  async recover(snapshot: Snapshot, device?: GPUDevice): Promise<void> {
    checkSnapshot(snapshot);
    await this.runtime.reopen(device);
    this.#idle?.stop();
    this.#eager.clear();
    this.#pace = undefined;
    this.runtime.storage.restore(snapshot);
    takePendingUpdates(ownOf(this.runtime, []));
    await this.#tuner.follow();
    await Promise.all([...this.#steps].map((step) => step.revive(snapshot.runs.get(step) ?? 0)));
    this.runtime.goOn();
    if (this.#tuneWhenIdle) this.#idle = new IdleTuning(this.#tuner);
  }

  /** Gives back the buffers that are kept for reuse. */
  trim(): void {
    this.runtime.pool.trim();
  }

  /** Ends the engine and frees all its memory. */
  dispose(): void {
    this.#eager.clear();
    this.#idle?.stop();
    this.runtime.destroy();
  }
}

/** Opens a device and makes an engine on it, see {@link Engine.create}. */
export const createEngine = (options: EngineOptions = {}): Promise<Engine> => Engine.create(options);

const statesIn = (what: AnyModule | Optimizer | ExponentialMovingAverage | Tensor): readonly Tensor[] => {
  if (what instanceof Tensor) return [what];
  return "namedStates" in what ? what.namedStates().map(([, t]) => t) : what.owned();
};
