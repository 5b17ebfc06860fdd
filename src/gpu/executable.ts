import { BYTES_PER_ELEMENT, type Numbers, type TypedArray } from "../core/dtype";
import { CaptureError } from "../core/errors";
import { Arena } from "../graph/arena";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { chunkEnds } from "../schedule/chunks";
import { tensorsOf, writtenBy } from "../schedule/dispatches";
import { bytesOf, type Plan } from "../schedule/plan";
import { accepted, MemoryError } from "./accepted";
import { checkBindings } from "./checkBindings";
import { type Launch, launch } from "./launch";
import { writeParams } from "./params";
import type { CompiledPipeline, CompileProgress } from "./pipelines";
import { byKernel, type KernelTime, Profiler } from "./profile";
import type { Runtime } from "./runtime";
import type { Region } from "./storage";
import { type Found, watch } from "./watch";

/** A copy that a run makes after its dispatches: an output of one element into a ring. */
export interface RingCopy {
  readonly from: Tensor;
  readonly to: Region;
}

/**
 * A plan bound to a device. Buffers, pipelines, parameter blocks and bind groups are made once; a run encodes the same
 * dispatches again and submits them, and makes nothing.
 */
export class Executable {
  /** The device that it was made on: another may have taken its place since. */
  readonly device: GPUDevice;
  readonly #slots: GPUBuffer[];
  readonly #uniforms: GPUBuffer | undefined;
  readonly #uniformOffsets: readonly number[];
  #launches: Launch[] = [];
  #generation = -1;
  #chunks: number[];

  private constructor(
    readonly runtime: Runtime,
    readonly plan: Plan,
    readonly pipelines: ReadonlyMap<string, CompiledPipeline>,
    slots: GPUBuffer[],
  ) {
    this.device = runtime.device;
    this.#slots = slots;
    [this.#uniforms, this.#uniformOffsets] = writeParams(
      runtime,
      plan.dispatches.map((d) => (pipelines.get(d.variant.key)!.immediates ? NO_PARAMS : d.params)),
    );
    this.#chunks = chunkEnds(plan.dispatches, 1);
    try {
      this.#bind();
      for (const t of plan.inputs) if (t.leaf?.kind === "data") this.write(t, t.leaf.data);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /**
   * Compiles the plan's pipelines together, then binds its buffers.
   * @throws DeviceError where a tensor is larger than what a kernel of this device can be given, the device lacks memory also
   *   without the buffers that nobody uses, or another device has taken its place meanwhile
   */
  static async create(runtime: Runtime, plan: Plan, onProgress?: CompileProgress): Promise<Executable> {
    checkBindings(plan, runtime.open.target.maxBindingBytes);
    const { device, waiter } = runtime;
    const variants = plan.dispatches.map((d) => d.variant);
    try {
      const pipelines = await runtime.pipelines.compile(variants, onProgress);
      const bind = () => Executable.#bound(runtime, device, plan, pipelines);
      return await bind().catch(async (error) => {
        if (!(error instanceof MemoryError)) throw error;
        // The pool has given back by now what it kept for reuse; the device has it once its work is done.
        await waiter.workDone();
        return bind();
      });
    } catch (error) {
      runtime.throwIfReplaced(device);
      throw error;
    }
  }

  static async #bound(
    runtime: Runtime,
    device: GPUDevice,
    plan: Plan,
    pipelines: ReadonlyMap<string, CompiledPipeline>,
  ): Promise<Executable> {
    runtime.throwIfReplaced(device);
    const { storage, pool } = runtime;
    const slots: GPUBuffer[] = [];
    const rooms = storage.lacking(plan.states);
    let made: Executable | undefined;
    let homes: readonly Tensor[] = [];
    try {
      // What is there stays untouched until the device has granted all that comes beside it.
      await accepted(device, "capture", () => {
        for (const [i, bytes] of plan.slots.entries()) slots.push(pool.acquire(bytes, `slot ${i}`));
        for (const home of rooms) storage.reserve(home);
      });
      const before = storage.located;
      return await accepted(device, "capture", () => {
        try {
          runtime.throwIfReplaced(device);
          made = new Executable(runtime, plan, pipelines, slots);
          return made;
        } finally {
          homes = storage.homesSince(before);
          storage.unreserve(rooms.splice(0));
        }
      });
    } catch (error) {
      made?.dispose();
      for (const buffer of slots) pool.release(buffer);
      storage.forget(homes);
      storage.unreserve(rooms);
      // Buffers that the device has refused must not be lent again.
      pool.trim();
      throw error;
    }
  }

  /** Submissions that one run makes. */
  get submits(): number {
    return this.#chunks.length;
  }

  /** Cuts the plan into about this many submissions of equal work. */
  cut(parts: number): void {
    this.#chunks = chunkEnds(this.plan.dispatches, parts);
  }

  /** Writes an input of the plan: a feed or data. */
  write(t: Tensor, values: Numbers): void {
    const { buffer, offset } = this.region(t);
    this.runtime.device.queue.writeBuffer(buffer, offset, values);
  }

  /** Where a tensor of the plan is. */
  region(t: Tensor): Region {
    if (t.leaf?.kind === "state") return this.runtime.storage.region(t);
    const place = this.plan.places.get(t.id)!;
    if ("slot" in place) return { buffer: this.#slots[place.slot]!, offset: 0, size: bytesOf(t) };
    const { buffer, offset } = this.runtime.storage.region(place.state);
    return { buffer, offset: offset + place.offset * BYTES_PER_ELEMENT, size: bytesOf(t) };
  }

  /** The numbers of tensors of the plan as they are after all that was submitted so far. */
  read(tensors: readonly Tensor[]): Promise<TypedArray[]> {
    const part = (t: Tensor) => ({ region: this.region(t), dtype: t.dtype, length: t.size });
    return this.runtime.readback.read(tensors.map(part));
  }

  /** Replays the plan: one encoder and one pass a chunk. The copies follow in the last chunk. */
  run(copies: readonly RingCopy[] = []): void {
    if (this.#generation !== this.runtime.storage.generation) this.#bind();
    const { device } = this.runtime;
    let start = 0;
    for (const end of this.#chunks) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = start; i < end; i++) launch(pass, this.#launches[i]!, i > start ? this.#launches[i - 1] : undefined);
      pass.end();
      if (end === this.#launches.length) this.#copyOutputs(encoder, copies);
      device.queue.submit([encoder.finish()]);
      start = end;
    }
    if (!this.#chunks.length && copies.length) {
      const encoder = device.createCommandEncoder();
      this.#copyOutputs(encoder, copies);
      device.queue.submit([encoder.finish()]);
    }
  }

  /** Runs the plan several times in one submission, as timing wants it. */
  repeat(runs: number): void {
    const { device } = this.runtime;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < runs; i++) for (const l of this.#launches) launch(pass, l);
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  /** Runs the plan launch by launch, and stops at the first that makes a NaN. The copies follow where none does. */
  async runWatched(copies: readonly RingCopy[] = []): Promise<Found | undefined> {
    if (this.#generation !== this.runtime.storage.generation) this.#bind();
    const { device } = this.runtime;
    const submit = (record: (encoder: GPUCommandEncoder) => void) => {
      const encoder = device.createCommandEncoder({ label: "watched" });
      record(encoder);
      device.queue.submit([encoder.finish()]);
    };
    const launchOne = (i: number) =>
      submit((encoder) => {
        const pass = encoder.beginComputePass();
        launch(pass, this.#launches[i]!);
        pass.end();
      });
    const found = await watch(this.plan, launchOne, (tensors) => this.read(tensors));
    if (!found && copies.length) submit((encoder) => this.#copyOutputs(encoder, copies));
    return found;
  }

  #copyOutputs(encoder: GPUCommandEncoder, copies: readonly RingCopy[]): void {
    for (const { from, to } of copies) {
      const { buffer, offset } = this.region(from);
      encoder.copyBufferToBuffer(buffer, offset, to.buffer, to.offset, BYTES_PER_ELEMENT);
    }
  }

  /** Milliseconds by kernel of one run that leaves no trace; null where the device has no timestamp queries. */
  async profile(): Promise<KernelTime[] | null> {
    const times = await this.times();
    const names = this.plan.dispatches.map((d) => d.variant.name);
    return times && byKernel(names, times);
  }

  /**
   * Runs the plan once, a pass for each dispatch, and reads how many milliseconds each took. The states that the run wrote
   * are put back, so that it leaves no trace. Null where the device has no timestamp queries.
   */
  async times(): Promise<number[] | null> {
    const { device, pool, waiter } = this.runtime;
    if (!device.features.has("timestamp-query")) return null;
    if (this.#generation !== this.runtime.storage.generation) this.#bind();
    const profiler = new Profiler(device, this.plan.dispatches.length);
    const encoder = device.createCommandEncoder({ label: "profile" });
    const kept = this.#writtenStates().map((buffer) => ({ buffer, copy: pool.acquire(buffer.size, "kept state") }));
    for (const { buffer, copy } of kept) encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
    this.#launches.forEach((l, i) => {
      const timestampWrites = profiler.timestamps(i);
      const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
      launch(pass, l);
      pass.end();
    });
    for (const { buffer, copy } of kept) encoder.copyBufferToBuffer(copy, 0, buffer, 0, buffer.size);
    for (const { copy } of kept) pool.release(copy);
    return profiler.finish(encoder, waiter);
  }

  /** Buffers of the states that the plan writes: by its updates, or by what is computed straight into one. */
  #writtenStates(): GPUBuffer[] {
    const written = this.plan.dispatches.flatMap(writtenBy).filter((t) => "state" in this.plan.places.get(t.id)!);
    return [...new Set(written.map((t) => this.region(t).buffer))];
  }

  /** Gives the buffers back to the pool. */
  dispose(): void {
    for (const buffer of this.#slots.splice(0)) this.runtime.pool.release(buffer);
    if (this.#uniforms) this.runtime.pool.discard(this.#uniforms);
    this.#launches = [];
  }

  #bind(): void {
    const named = this.plan.dispatches.flatMap(tensorsOf);
    if (named.some((t) => Arena.isOfDeserted(t))) throw deserted();
    // Asking for a region may move a state and so raise the generation: settle all of them before binding any.
    for (const t of named) this.region(t);
    this.#launches = this.plan.dispatches.map((d, i) => this.#launchOf(d, this.#uniformOffsets[i]!));
    this.#generation = this.runtime.storage.generation;
  }

  #launchOf(d: Dispatch, uniformOffset: number): Launch {
    const { variant, params, workgroups } = d;
    const { pipeline, layout, immediates } = this.pipelines.get(variant.key)!;
    const resources: GPUBufferBinding[] = tensorsOf(d).map((t) => this.region(t));
    if (variant.params.length && !immediates)
      resources.push({ buffer: this.#uniforms!, offset: uniformOffset, size: params.byteLength });
    const entries = resources.map((resource, binding) => ({ binding, resource }));
    return {
      pipeline,
      workgroups,
      immediates: immediates ? new Uint32Array(params, 0, variant.params.length) : undefined,
      bindGroup: this.runtime.device.createBindGroup({ label: variant.name, layout, entries }),
    };
  }
}

const NO_PARAMS = new ArrayBuffer(0);

const deserted = () =>
  new CaptureError(
    "run",
    "parameters that the step moves have since been taken over by another optimizer",
    {},
    "capture the step again, with the optimizer that has them now",
  );
