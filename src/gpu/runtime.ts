import type { TypedArray } from "../core/dtype";
import { DeviceError } from "../core/errors";
import type { Tensor } from "../graph/tensor";
import { type AdapterInfo, type DeviceOptions, type OpenDevice, openDevice } from "./device";
import { PipelineCache } from "./pipelines";
import { BufferPool } from "./pool";
import { Readback } from "./readback";
import { Storage } from "./storage";
import { Waiter } from "./waiter";

/** A device and what the engine keeps on it. Another device may take its place, see {@link reopen}: hold none of its parts. */
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
  /** Errors that WebGPU reported to nobody: each is a defect of the engine. Of a shared device they may be anybody's: none are noted. */
  readonly errors: DeviceError[] = [];
  /** Why nothing can run: the device is lost, or being replaced. */
  lostBecause: string | undefined;
  isDisposed = false;
  private readonly onError = (e: GPUUncapturedErrorEvent): void => {
    this.errors.push(new DeviceError("WebGPU", e.error.message));
  };
  /** Resolves when the device that was opened last is lost: whoever calls goes on with the one before until {@link goOn}. */
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
   * Opens another device in place of a lost one, with nothing on it yet. Calls are refused until {@link goOn}.
   * @param device in place of one that was handed over
   * @throws DeviceError where there is none
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

  /** Lets calls through again, to the device that was opened last. @throws DeviceError where that is lost as well */
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
    this.waiter = new Waiter(device);
    this.pipelines = new PipelineCache(device, this.waiter, open.target);
    this.readback = new Readback(device, this.waiter, () => this.throwErrors());
    this.isGone = false;
    this.opened = lossOf(device, new WeakRef(this));
    if (open.owned) device.addEventListener("uncapturederror", this.onError);
  }

  /** Notes that a device is lost. */
  noteLoss(device: GPUDevice, reason: string): void {
    if (this.device !== device) return;
    this.lostBecause = reason;
    this.isGone = true;
  }

  /** Whether there is a device that can run something. */
  get canRun(): boolean {
    return !this.isDisposed && this.lostBecause === undefined;
  }

  /** @throws DeviceError where what was begun on a device cannot go on: another has taken its place, or the engine was disposed of */
  throwIfReplaced(device: GPUDevice): void {
    if (this.isDisposed) this.throwErrors();
    if (device !== this.device)
      throw new DeviceError("engine", "the GPU device was replaced meanwhile", {}, "ask for it again");
  }

  /** @throws DeviceError where the device is gone; else the first error that WebGPU reported outside any call, if there was one */
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
   * The numbers of states as they are after all that was submitted so far.
   * @throws DeviceError where the device is lost or being replaced: states are not what the run has come to then
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
    // Dawn in Node keeps a device that is listened to, and so whoever listens, for good.
    if (this.open.owned) this.device.removeEventListener("uncapturederror", this.onError);
    if (this.open.owned) this.device.destroy();
  }
}

/**
 * Resolves with the reason when a device is lost, and tells the runtime. A shared device outlives its engines and must not keep
 * them alive: hence the weak reference, and a function that has no `this`.
 */
function lossOf(device: GPUDevice, runtime: WeakRef<Runtime>): Promise<string> {
  return device.lost.then(({ reason, message }) => {
    const why = `the GPU device was lost (${reason || "unknown"}): ${message}`;
    runtime.deref()?.noteLoss(device, why);
    return why;
  });
}
