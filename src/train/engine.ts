import type { Numbers, TypedArray } from "../core/dtype";
import type { AdapterInfo } from "../gpu/device";
import { Executable } from "../gpu/executable";
import type { CompileProgress } from "../gpu/pipelines";
import type { PoolStatistics } from "../gpu/pool";
import { Runtime } from "../gpu/runtime";
import type { StoredStates } from "../gpu/storage";
import { withAutocast } from "../graph/autocast";
import { withCallSites } from "../graph/callSite";
import { countDraws } from "../graph/generator";
import { optionsOf } from "../graph/options";
import { withOffers } from "../graph/segment";
import { homeOf, Tensor } from "../graph/tensor";
import { hasPendingUpdates, takePendingUpdates, trace } from "../graph/trace";
import type { AnyModule } from "../nn/module";
import type { ExponentialMovingAverage } from "../optim/ema";
import type { Optimizer } from "../optim/optimizer";
import { type Plan, plan } from "../schedule/plan";
import { CapturedStep, type Revivable, type StepHost } from "./capturedStep";
import { type CaptureOptions, checkCapture, checkFeeds, checkOutputs, type FeedSpec, makeFeed } from "./captureInputs";
import { checkRead, checkWrite } from "./checkStates";
import { Eager } from "./eager";
import type { EngineOptions } from "./engineOptions";
import { type DevicePace, estimateOf, measurePace, type StepEstimate } from "./estimate";
import { IdleTuning } from "./idleTuning";
import { announce, ownOf } from "./ownUpdates";
import { decodePlans, encodePlans } from "./planFile";
import { type Measurement, Tuner } from "./tuner";
import { platformTuningStore } from "./tuningStore";

/** What all states of an engine hold at one moment, and how often each captured step had run by then. */
export interface Snapshot extends StoredStates {
  readonly runs: ReadonlyMap<Revivable, number>;
}

/** A GPU device and the states that live on it. Ops only record; `read` and captured steps compute. */
export class Engine {
  readonly #eager: Eager;
  readonly #tuner: Tuner;
  #idle: IdleTuning | undefined;
  /** Captured steps that were not disposed of. */
  readonly #steps = new Set<Revivable>();
  /** Resolves when it is known what was measured on this device before. */
  readonly #tuned: Promise<void>;
  readonly #tuneWhenIdle: boolean;
  #pace: Promise<DevicePace> | undefined;

  private constructor(
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
    optionsOf("createEngine", options, "device gpu powerPreference fuse tuning tuneWhenIdle");
    return new Engine(await Runtime.create(options), options);
  }

  get adapter(): AdapterInfo {
    return this.runtime.adapter;
  }

  /** Device memory, in bytes. */
  get memory(): PoolStatistics {
    return this.runtime.pool.statistics;
  }

  /** Resolves with a plain reason when the device is lost; after {@link Engine.recover} it is a new promise. */
  get lost(): Promise<string> {
    return this.runtime.lost;
  }

  /**
   * Traces `fn` once and makes a step of it that can be run again and again without any work on the graph. A tensor that was
   * recorded outside and is used within is computed in every run: to keep its value, read it and use `tensor(values)`.
   *
   * @param inputs the step's feeds: shapes (f32) or `{ shape, dtype }`, by name
   * @param fn makes the outputs from the feeds; optimizers called in it take part in the step
   * @throws whatever an op refuses; CaptureError where it computes from a feed of another capture; DeviceError where the device
   *   refuses a kernel, lacks memory, or is replaced meanwhile
   */
  async capture<I extends Record<string, FeedSpec>, O extends Record<string, Tensor>>(
    inputs: I,
    fn: (feeds: { [K in keyof I]: Tensor }) => O,
    options: CaptureOptions = {},
  ): Promise<CapturedStep<keyof I & string, keyof O & string>> {
    this.runtime.throwErrors();
    checkCapture(inputs, fn);
    optionsOf("capture", options, "onCompile fuse autocast recompute debug");
    const { onCompile, autocast = false, recompute = false, debug = false } = options;
    const fuse = !debug && (options.fuse ?? this.options.fuse ?? true);
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, makeFeed(name, spec)]));
    const halves = autocast && this.adapter.features.includes("shader-f16");
    const run = () => fn(feeds as { [K in keyof I]: Tensor });
    const noted = () => withCallSites(debug, run);
    const { result, updates } = trace(() => withOffers(recompute, () => withAutocast(halves, noted)));
    checkOutputs(result);
    const request = { outputs: Object.values(result), updates, inputs: Object.values(feeds), fuse };
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
   * Measures, for each op of a step for which several kernels would do, which is the fastest on this device, and rebuilds
   * the step with those. Up to 200 ms an op besides compiling; what is known already is not measured again.
   * @returns what was measured
   */
  async tune(step: CapturedStep, onMeasured?: (m: Measurement) => void): Promise<Measurement[]> {
    const measured = await this.#tuner.tune(step.plan.choices, onMeasured);
    await step.rebuild();
    return measured;
  }

  /** What a run of a step will take, before it has run: memory, operations, and time by the pace of the device. */
  async estimate(step: Pick<CapturedStep, "plan"> & Partial<Pick<CapturedStep, "ringBytes">>): Promise<StepEstimate> {
    this.#pace ??= measurePace(this).catch((error) => {
      this.#pace = undefined;
      throw error;
    });
    const estimate = estimateOf(step.plan, await this.#pace);
    return { ...estimate, bytes: estimate.bytes + (step.ringBytes ?? 0) };
  }

  /**
   * Captured steps as a file: kernels, plan and the values of all their states. {@link Engine.load} runs them elsewhere
   * without the code that made them.
   * @param steps by name; states that they share stay shared
   * @param states that whoever loads the file may want to read or write, by name: a learning rate, say
   * @returns the bytes of a .safetensors file
   */
  async save(
    steps: Readonly<Record<string, CapturedStep>>,
    states: Readonly<Record<string, Tensor>> = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const named = Object.values(states).map((t) => homeOf(t).state);
    const buffers = [...new Set([...Object.values(steps).flatMap((s) => s.plan.states), ...named])];
    const values = await this.runtime.readStates(buffers);
    this.runtime.throwErrors();
    return encodePlans(steps, states, new Map(buffers.map((t, i) => [t, values[i]!])), this.runtime.open.target);
  }

  /**
   * Steps from a file that {@link Engine.save} made, with their states as they were: nothing is traced.
   * @param file name of the file, for errors
   * @throws CheckpointError where it is malformed or made for a device with other features; nothing is changed then
   */
  async load(
    bytes: Uint8Array,
    options: { readonly onCompile?: CompileProgress; readonly file?: string } = {},
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
   * Computes tensors, and whatever updates were recorded outside a capture since the last read or run of a captured step.
   * A state is read as it is after the updates, what is computed from it as it was before them. The same code run again reuses its
   * plan, pipelines and buffers; arrays may be changed once the call has resolved. With several engines, updates of states that
   * live on another one and not here are left to that one, unless what is read has to do with them.
   * @throws DeviceError where the device is lost: updates that have not run are dropped then
   */
  read(tensor: Tensor): Promise<TypedArray>;
  read(tensors: readonly Tensor[]): Promise<TypedArray[]>;
  async read(what: Tensor | readonly Tensor[]): Promise<TypedArray | TypedArray[]> {
    // They would move what is restored.
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
   * Overwrites a state: a parameter, a learning rate, a counter. It does not wait for runs and reads that were not awaited:
   * these may see the new value. Updates that were recorded before and have not run yet run on it.
   * @throws CaptureError where the tensor is no state, ShapeError, DTypeError, DataError where the values do not fit
   */
  write(state: Tensor, values: Numbers): void {
    this.runtime.throwErrors();
    checkWrite(state, values);
    this.runtime.storage.write(state, values);
  }

  /**
   * Gives back the memory of states that are not needed any more: parameters and all that lives beside them in their
   * arena, what an optimizer or an average keeps. Should a step still use one, it starts anew with its first value.
   */
  release(...what: readonly (AnyModule | Optimizer | ExponentialMovingAverage | Tensor)[]): void {
    this.runtime.storage.forget(what.flatMap(statesIn));
  }

  /**
   * The values of all states, as they are after what was submitted so far: a run that loses its device can go on from here,
   * see {@link Engine.recover}. Steps may go on meanwhile.
   */
  async snapshot(): Promise<Snapshot> {
    this.runtime.throwErrors();
    const runs = new Map([...this.#steps].map((step) => [step, step.runs]));
    const { homes, located } = this.runtime.storage;
    const values = await this.runtime.readStates(homes);
    return { runs, located, values: new Map(homes.map((t, i) => [t, values[i]!])) };
  }

  /**
   * Goes on after the device was lost: with a new one, on which all states are as they were at the snapshot and captured steps
   * are made anew. Their `runs` are those of the snapshot, feeds must be given once more; states that came later start anew,
   * and updates that have not run are dropped. Captures, reads and tuning that are under way are refused.
   * Equal kernels give equal bits: what was lost can be run again as if nothing had happened.
   * @param device in place of one that was handed to the engine
   * @throws DeviceError where there is no device; the engine stays as it is then, and it may be tried again
   */
  async recover(snapshot: Snapshot, device?: GPUDevice): Promise<void> {
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

  /** Gives back buffers that nothing uses at the moment. */
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
