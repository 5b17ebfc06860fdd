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
import { encodePass, type Launch } from "./launch";
import { writeParams } from "./params";
import type { CompiledPipeline, CompileProgress } from "./pipelines";
import { byKernel, type KernelTime, Profiler } from "./profile";
import type { Runtime } from "./runtime";
import type { Region } from "./storage";
import { type Found, watch } from "./watch";

/** A copy at the end of a run: an output of one element, into a ring. */
export interface RingCopy {
  readonly from: Tensor;
  readonly to: Region;
}

/**
 * A plan bound to a device. Buffers, pipelines, parameters and bind groups are made once; a run only encodes the dispatches
 * and submits them.
 */
export class Executable {
  /** The device that this was made on. The runtime may have another one by now. */
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
  }

  /**
   * Compiles the plan's pipelines together, then binds its buffers.
   * @throws DeviceError where a tensor is larger than a binding of this device can be, the device lacks memory even after the
   *   pool has given back what it kept, or another device has taken its place meanwhile
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
        // By now the pool has given back what it kept for reuse; the device gets it when its work is done.
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
      // Nothing that is there already is touched before the device has granted all new buffers.
      await accepted(device, "capture", () => {
        for (const [i, bytes] of plan.slots.entries()) slots.push(pool.acquire(bytes, `slot ${i}`));
        for (const home of rooms) storage.reserve(home);
      });
      const before = storage.located;
      return await accepted(device, "capture", () => {
        try {
          runtime.throwIfReplaced(device);
          made = new Executable(runtime, plan, pipelines, slots);
          made.#bind();
          for (const t of plan.inputs) if (t.leaf?.kind === "data") made.write(t, t.leaf.data);
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

  /** Number of submissions that a run makes. */
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

  /** The numbers of tensors of the plan, after all that was submitted so far. */
  read(tensors: readonly Tensor[]): Promise<TypedArray[]> {
    const part = (t: Tensor) => ({ region: this.region(t), dtype: t.dtype, length: t.size });
    return this.runtime.readback.read(tensors.map(part));
  }

  /** Replays the plan: one encoder and one pass a chunk. The copies follow in the last chunk. */
  run(copies: readonly RingCopy[] = []): void {
    this.#bind();
    let start = 0;
    for (const end of this.#chunks) {
      this.#submit((encoder) => {
        encodePass(encoder, this.#launches, undefined, start, end);
        if (end === this.#launches.length) this.#copyOutputs(encoder, copies);
      });
      start = end;
    }
    if (!this.#chunks.length && copies.length) this.#submit((encoder) => this.#copyOutputs(encoder, copies));
  }

  /** Runs the plan several times in one submission, for timing. */
  repeat(runs: number): void {
    this.#submit((encoder) => encodePass(encoder, Array<Launch[]>(runs).fill(this.#launches).flat()));
  }

  /** Runs the plan launch by launch, and stops at the first one that makes a NaN. The copies follow where none does. */
  async runWatched(copies: readonly RingCopy[] = []): Promise<Found | undefined> {
    this.#bind();
    const launchOne = (i: number) => this.#submit((encoder) => encodePass(encoder, [this.#launches[i]!]));
    const found = await watch(this.plan, launchOne, (tensors) => this.read(tensors));
    if (!found && copies.length) this.#submit((encoder) => this.#copyOutputs(encoder, copies));
    return found;
  }

  #submit(record: (encoder: GPUCommandEncoder) => void): void {
    const { device } = this.runtime;
    const encoder = device.createCommandEncoder();
    record(encoder);
    device.queue.submit([encoder.finish()]);
  }

  #copyOutputs(encoder: GPUCommandEncoder, copies: readonly RingCopy[]): void {
    for (const { from, to } of copies) {
      const { buffer, offset } = this.region(from);
      encoder.copyBufferToBuffer(buffer, offset, to.buffer, to.offset, BYTES_PER_ELEMENT);
    }
  }

  /** Milliseconds that each kernel took in one run, see {@link times}. */
  async profile(): Promise<KernelTime[] | null> {
    const times = await this.times();
    const names = this.plan.dispatches.map((d) => d.variant.name);
    return times && byKernel(names, times);
  }

  /**
   * Runs the plan once, with a pass for each dispatch, and reads how many milliseconds each took. The states that the run wrote
   * are put back: it leaves no trace. Null where the device has no timestamp queries.
   */
  async times(): Promise<number[] | null> {
    const { device, pool, waiter } = this.runtime;
    if (!device.features.has("timestamp-query")) return null;
    this.#bind();
    const profiler = new Profiler(device, this.plan.dispatches.length);
    const encoder = device.createCommandEncoder({ label: "profile" });
    const kept = this.#writtenStates().map((buffer) => ({ buffer, copy: pool.acquire(buffer.size, "kept state") }));
    for (const { buffer, copy } of kept) encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
    this.#launches.forEach((l, i) => {
      const timestampWrites = profiler.timestamps(i);
      encodePass(encoder, [l], timestampWrites && { timestampWrites });
    });
    for (const { buffer, copy } of kept) encoder.copyBufferToBuffer(copy, 0, buffer, 0, buffer.size);
    for (const { copy } of kept) pool.release(copy);
    return profiler.finish(encoder, waiter);
  }

  /** Buffers of the states that the plan writes, by updates or by computing straight into them. */
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

  /** Makes the bind groups, unless they are up to date. */
  #bind(): void {
    if (this.#generation === this.runtime.storage.generation) return;
    const named = this.plan.dispatches.flatMap(tensorsOf);
    if (named.some((t) => Arena.isOfDeserted(t))) throw deserted();
    // Asking for a region may move a state, which makes a new generation: all states settle before any is bound.
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
