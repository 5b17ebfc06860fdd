import type { TypedArray } from "../core/dtype";
import { DeviceError } from "../core/errors";
import type { Tensor } from "../graph/tensor";
import { type AdapterInfo, type DeviceOptions, type OpenDevice, openDevice } from "./device";
import { PipelineCache } from "./pipelines";
import { BufferPool } from "./pool";
import { Readback } from "./readback";
import { Storage } from "./storage";
import { Waiter } from "./waiter";

/** A device and what the engine keeps on it. {@link reopen} replaces all of it: keep no reference to a part. */
export class Runtime {
  open!: OpenDevice;
  device!: GPUDevice;
  adapter!: AdapterInfo;
  pool!: BufferPool;
  storage!: Storage;
  pipelines!: PipelineCache;
  readback!: Readback;
  waiter!: Waiter;
  /** Resolves with the reason when the device is lost. */
  lost!: Promise<string>;
  /** Uncaptured errors of WebGPU: each is a bug of the engine. A shared device's are not noted, since others may cause them. */
  readonly errors: DeviceError[] = [];
  /** Why nothing can run: the device is lost, or being replaced. */
  lostBecause: string | undefined;
  isDisposed = false;
  private readonly onError = (e: GPUUncapturedErrorEvent): void => {
    this.errors.push(new DeviceError("WebGPU", e.error.message));
  };
  /** {@link lost} of the newest device, which replaces the one before in {@link goOn}. */
  private opened!: Promise<string>;
  private isGone = false;

  private constructor(
    readonly options: DeviceOptions,
    open: OpenDevice,
  ) {
    this.start(open);
    this.goOn();
  }

  static async create(options: DeviceOptions = {}): Promise<Runtime> {
    return new Runtime(options, await openDevice(options));
  }

  /**
   * Replaces a lost device by another, with nothing on it yet. Calls are refused until {@link goOn}.
   * @param device needed where the lost one was given by the user
   * @throws DeviceError where there is no other device
   */
  async reopen(device?: GPUDevice): Promise<void> {
    if (this.isDisposed) this.throwErrors();
    if (this.options.device && !device)
      throw new DeviceError(
        "recover",
        "the lost device was handed over",
        {},
        "hand over another: recover(kept, device)",
      );
    const open = await openDevice({ ...this.options, ...(device && { device }) });
    if (this.isDisposed) {
      if (open.owned) open.device.destroy();
      this.throwErrors();
    }
    this.lostBecause ??= "the GPU device is being replaced";
    this.free();
    this.start(open);
    this.errors.length = 0;
  }

  /** Accepts calls again, for the newest device. @throws DeviceError where it is lost as well */
  goOn(): void {
    if (this.isGone || this.isDisposed) this.throwErrors();
    this.lostBecause = undefined;
    this.lost = this.opened;
  }

  private start(open: OpenDevice): void {
    const { device } = open;
    this.open = open;
    this.device = device;
    this.adapter = open.info;
    this.pool = new BufferPool(device);
    this.storage = new Storage(device, this.pool);
    this.waiter = new Waiter(device, open.target.cpu);
    this.pipelines = new PipelineCache(device, this.waiter, open.target);
    this.readback = new Readback(device, this.waiter, () => this.throwErrors());
    this.isGone = false;
    this.opened = lossOf(device, new WeakRef(this));
    if (open.owned) device.addEventListener("uncapturederror", this.onError);
  }

  /** Records that a device is lost. */
  noteLoss(device: GPUDevice, reason: string): void {
    if (this.device !== device) return;
    this.lostBecause = reason;
    this.isGone = true;
  }

  /** Whether there is a device that can run something. */
  get canRun(): boolean {
    return !this.isDisposed && this.lostBecause === undefined;
  }

  /** @throws DeviceError where work begun on `device` cannot go on: it was replaced, or the engine is disposed of */
  throwIfReplaced(device: GPUDevice): void {
    if (this.isDisposed) this.throwErrors();
    if (device !== this.device)
      throw new DeviceError("engine", "the GPU device was replaced meanwhile", {}, "ask for it again");
  }

  /** @throws DeviceError where the device is lost or the engine disposed of; else the first uncaptured error, if there is one */
  throwErrors(): void {
    if (this.isDisposed) throw new DeviceError("engine", "the engine has been disposed of", {}, "make a new one");
    if (this.lostBecause)
      throw new DeviceError(
        "engine",
        this.lostBecause,
        {},
        "engine.recover(snapshot), or a new engine and the last checkpoint",
      );
    const [first] = this.errors.splice(0);
    if (first) throw first;
  }

  /**
   * The numbers of states, after all that was submitted so far.
   * @throws DeviceError where the device is lost or being replaced: the states are not those of the run then
   */
  async readStates(states: readonly Tensor[]): Promise<TypedArray[]> {
    this.throwErrors();
    const part = (t: Tensor) => ({ region: this.storage.region(t), dtype: t.dtype, length: t.size });
    return this.readback.read(states.map(part));
  }

  destroy(): void {
    this.isDisposed = true;
    this.free();
  }

  private free(): void {
    this.readback.destroy();
    this.pool.destroy();
    // Dawn in Node never frees a device that has a listener, nor the listener.
    if (this.open.owned) this.device.removeEventListener("uncapturederror", this.onError);
    if (this.open.owned) this.device.destroy();
  }
}

/**
 * Resolves with the reason when a device is lost, and records it in the runtime. A shared device outlives its engines and must not
 * keep them in memory: hence the weak reference, in a function without `this`.
 */
function lossOf(device: GPUDevice, runtime: WeakRef<Runtime>): Promise<string> {
  return device.lost.then(({ reason, message }) => {
    const why = `the GPU device was lost (${reason || "unknown"}): ${message}`;
    runtime.deref()?.noteLoss(device, why);
    return why;
  });
}
