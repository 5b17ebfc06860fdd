import { dtypeOf, type Numbers, type TypedArray } from "../core/dtype";
import { CaptureError, DTypeError, ShapeError } from "../core/errors";
import { checkShape, type Shape, type Spec, showShape, showSpec } from "../core/shape";
import type { AdapterInfo, DeviceOptions } from "../gpu/device";
import { Executable } from "../gpu/executable";
import type { CompileProgress } from "../gpu/pipelines";
import type { PoolStatistics } from "../gpu/pool";
import { Runtime } from "../gpu/runtime";
import { withAutocast } from "../graph/autocast";
import { countDraws } from "../graph/generator";
import { withOffers } from "../graph/segment";
import { feed, homeOf, Tensor } from "../graph/tensor";
import { trace } from "../graph/trace";
import type { AnyModule } from "../nn/module";
import { Optimizer } from "../optim/optimizer";
import { plan } from "../schedule/plan";
import { CapturedStep } from "./capturedStep";
import { checkNumbers } from "./checkNumbers";
import { Eager } from "./eager";
import { type DevicePace, estimateOf, measurePace, type StepEstimate } from "./estimate";
import { IdleTuning } from "./idleTuning";
import { decodePlans, encodePlans } from "./planFile";
import { type Measurement, Tuner } from "./tuner";
import { platformTuningStore, type TuningStore } from "./tuningStore";

export interface EngineOptions extends DeviceOptions {
  /** Join chains of pointwise ops into one kernel; default true. */
  readonly fuse?: boolean;
  /**
   * Where to keep which kernels were measured as the fastest; default IndexedDB, under Node a file in the user's cache
   * folder. `false`: nothing is read or kept. Kernels differ in the order of summation: for runs that must be repeated to
   * the last bit, pass `false`.
   */
  readonly tuning?: TuningStore | false;
  /** Measure kernels while the device has nothing to do, for steps captured later; default true in browsers. */
  readonly tuneWhenIdle?: boolean;
}

export interface CaptureOptions {
  /** Called as the step's pipelines get ready. */
  readonly onCompile?: CompileProgress;
  /** Default: as the engine. */
  readonly fuse?: boolean;
  /**
   * Products and convolutions in f16 with sums in f32, see {@link withAutocast}; parameters stay f32. On a device without
   * the feature shader-f16 the step runs in f32. Combine with an optimizer's `lossScale: "dynamic"`. Default false.
   */
  readonly autocast?: boolean;
  /**
   * Compute pointwise values (activations) again for gradients, instead of keeping them, where the planner finds that this
   * lowers the peak of memory by 5 % or more: a little slower. For whole blocks of a model see {@link recompute}. Default false.
   */
  readonly recompute?: boolean;
}

/** The feed of a captured step: a shape (f32), or a shape with its dtype. */
export type FeedSpec = Shape | Spec;

/** A GPU device and the states that live on it. Ops only record; `read` and captured steps compute. */
export class Engine {
  readonly #eager: Eager;
  readonly #tuner: Tuner;
  readonly #idle: IdleTuning | undefined;
  /** Resolves when it is known what was measured on this device before. */
  readonly #tuned: Promise<void>;
  #pace: Promise<DevicePace> | undefined;

  private constructor(
    readonly runtime: Runtime,
    readonly options: EngineOptions,
  ) {
    const { tuning = platformTuningStore(), tuneWhenIdle = typeof indexedDB !== "undefined" } = options;
    this.#tuner = new Tuner(runtime, tuning || undefined);
    this.#tuned = this.#tuner.load();
    this.#tuned.catch(() => {}); // reported by whoever waits for it
    this.#eager = new Eager(runtime, async (request) => {
      await this.#tuned;
      const { target } = this.#tuner;
      return Executable.create(runtime, plan({ ...request, target, fuse: options.fuse ?? true }));
    });
    if (tuning && tuneWhenIdle) this.#idle = new IdleTuning(this.#tuner);
  }

  /**
   * Opens a device and makes an engine on it.
   * @throws DeviceError where there is no WebGPU or no adapter, with what to do
   */
  static async create(options: EngineOptions = {}): Promise<Engine> {
    return new Engine(await Runtime.create(options), options);
  }

  get adapter(): AdapterInfo {
    return this.runtime.adapter;
  }

  /** Device memory, in bytes. */
  get memory(): PoolStatistics {
    return this.runtime.pool.statistics;
  }

  /** Resolves with a plain reason when the device is lost. */
  get lost(): Promise<string> {
    return this.runtime.lost;
  }

  /**
   * Traces `fn` once and makes a step of it that can be run again and again without any work on the graph.
   *
   * @param inputs the step's feeds: shapes (f32) or `{ shape, dtype }`, by name
   * @param fn makes the outputs from the feeds; optimizers called in it take part in the step
   * @throws whatever an op refuses; DeviceError where the device refuses a kernel or lacks memory
   */
  async capture<I extends Record<string, FeedSpec>, O extends Record<string, Tensor>>(
    inputs: I,
    fn: (feeds: { [K in keyof I]: Tensor }) => O,
    { onCompile, fuse = this.options.fuse ?? true, autocast = false, recompute = false }: CaptureOptions = {},
  ): Promise<CapturedStep<keyof I & string, keyof O & string>> {
    this.runtime.throwErrors();
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, makeFeed(name, spec)]));
    const halves = autocast && this.adapter.features.includes("shader-f16");
    const run = () => fn(feeds as { [K in keyof I]: Tensor });
    const { result, updates } = trace(() => withOffers(recompute, () => withAutocast(halves, run)));
    checkOutputs(result);
    const request = { outputs: Object.values(result), updates, inputs: Object.values(feeds), fuse };
    await this.#tuned;
    const build = () => plan({ ...request, target: this.#tuner.target });
    const executable = await Executable.create(this.runtime, build(), onCompile);
    this.#idle?.add(executable.plan.choices);
    return new CapturedStep(this.runtime, executable, feeds, result, build);
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
  async estimate(step: Pick<CapturedStep, "plan">): Promise<StepEstimate> {
    this.#pace ??= measurePace(this);
    return estimateOf(step.plan, await this.#pace);
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
    const parts = buffers.map((t) => ({ region: this.runtime.storage.region(t), dtype: t.dtype, length: t.size }));
    const values = await this.runtime.readback.read(parts);
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
    { onCompile, file }: { readonly onCompile?: CompileProgress; readonly file?: string } = {},
  ): Promise<{ steps: Record<string, CapturedStep>; states: Readonly<Record<string, Tensor>> }> {
    this.runtime.throwErrors();
    const { open, storage } = this.runtime;
    const { steps, states, values } = decodePlans(bytes, open.target, open.info.features, file);
    const loaded: [string, CapturedStep][] = [];
    try {
      for (const [t, array] of values) storage.write(t, array);
      for (const [name, { plan: made, feeds, outputs }] of Object.entries(steps)) {
        const executable = await Executable.create(this.runtime, made, onCompile);
        loaded.push([name, new CapturedStep(this.runtime, executable, feeds, outputs, () => made)]);
      }
    } catch (error) {
      for (const [, step] of loaded) step.dispose();
      storage.forget(values.keys());
      throw error;
    }
    return { steps: Object.fromEntries(loaded), states };
  }

  /**
   * Computes tensors, and whatever updates were recorded outside a capture since the last read.
   * A state is read as it is after the updates, what is computed from it as it was before them. The same code run again reuses its
   * plan, pipelines and buffers; arrays may be changed once the call has resolved.
   */
  read(tensor: Tensor): Promise<TypedArray>;
  read(tensors: readonly Tensor[]): Promise<TypedArray[]>;
  async read(what: Tensor | readonly Tensor[]): Promise<TypedArray | TypedArray[]> {
    this.runtime.throwErrors();
    const outputs = Array.isArray(what) ? (what as readonly Tensor[]) : [what as Tensor];
    countDraws(outputs);
    const values = await this.#eager.read(outputs);
    this.runtime.throwErrors();
    return Array.isArray(what) ? values : values[0]!;
  }

  /**
   * Overwrites a state: a parameter, a learning rate, a counter.
   * @throws CaptureError where the tensor is no state, ShapeError, DTypeError, DataError where the values do not fit
   */
  write(state: Tensor, values: Numbers): void {
    this.runtime.throwErrors();
    if (state.leaf?.kind !== "state")
      throw new CaptureError("write", "the tensor is no state", { given: showSpec(state) }, "feeds go into step.run");
    if (values.length !== state.size)
      throw new ShapeError("write", `${values.length} values`, { state: showShape(state.shape) });
    if (dtypeOf(values) !== state.dtype)
      throw new DTypeError("write", `values of dtype ${dtypeOf(values)}`, { state: showSpec(state) });
    checkNumbers("write", values);
    this.runtime.storage.write(state, values);
  }

  /**
   * Gives back the memory of states that are not needed any more: parameters and all that lives beside them in their
   * arena, what an optimizer keeps. Should a step still use one, it starts anew with its first value.
   */
  release(...what: readonly (AnyModule | Optimizer | Tensor)[]): void {
    this.runtime.storage.forget(what.flatMap(statesIn));
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

const statesIn = (what: AnyModule | Optimizer | Tensor): Tensor[] => {
  if (what instanceof Tensor) return [what];
  if (what instanceof Optimizer) return [...what.parameters, what.gradients, ...what.allStates().map(([, t]) => t)];
  return what.namedStates().map(([, t]) => t);
};

function makeFeed(name: string, spec: FeedSpec): Tensor {
  const full: Spec = "shape" in spec ? spec : { shape: spec, dtype: "f32" };
  checkShape(`feed ${name}`, full.shape);
  if (!["f32", "i32", "u32"].includes(full.dtype))
    throw new DTypeError(`feed ${name}`, `${full.dtype} is not fed`, {}, "feed f32, i32 or u32, and cast it");
  return feed(name, full);
}

/** @throws CaptureError unless the step's function gave tensors by name, at once */
function checkOutputs(outputs: unknown): void {
  if (outputs instanceof Promise)
    throw new CaptureError(
      "capture",
      "the function is asynchronous",
      {},
      "compute what it waits for before the capture",
    );
  if (typeof outputs !== "object" || outputs === null || outputs instanceof Tensor)
    throw new CaptureError("capture", "the function gives no outputs by name", {}, "return { loss }, or {} for none");
  for (const [name, t] of Object.entries(outputs))
    if (!(t instanceof Tensor))
      throw new CaptureError("capture", `output ${name} is no tensor`, { given: `${typeof t}` });
}
