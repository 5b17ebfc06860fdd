import { DeviceError } from "../core/errors";
import { type AdapterInfo, type DeviceOptions, type OpenDevice, openDevice } from "./device";
import { PipelineCache } from "./pipelines";
import { BufferPool } from "./pool";
import { Readback } from "./readback";
import { Storage } from "./storage";
import { Waiter } from "./waiter";

/** A device and what the engine keeps on it. */
export class Runtime {
  readonly device: GPUDevice;
  readonly adapter: AdapterInfo;
  readonly pool: BufferPool;
  readonly storage: Storage;
  readonly pipelines: PipelineCache;
  readonly readback: Readback;
  readonly waiter: Waiter;
  /** Errors that WebGPU reported to nobody: each is a defect of the engine. Of a shared device they may be anybody's: none are noted. */
  readonly errors: DeviceError[] = [];
  /** Resolves with the reason when the device is lost. */
  readonly lost: Promise<string>;
  /** Why nothing can run any more. */
  private end: string | undefined;

  private constructor(readonly open: OpenDevice) {
    const { device } = open;
    this.device = device;
    this.adapter = open.info;
    this.pool = new BufferPool(device);
    this.storage = new Storage(device, this.pool);
    this.waiter = new Waiter(device);
    this.pipelines = new PipelineCache(device, this.waiter, open.target);
    this.readback = new Readback(device, this.waiter, () => this.throwErrors());
    this.lost = device.lost.then(
      ({ reason, message }) => `the GPU device was lost (${reason || "unknown"}): ${message}`,
    );
    this.lost.then((reason) => {
      this.end ??= reason;
    });
    if (open.owned)
      device.addEventListener("uncapturederror", (e) => {
        this.errors.push(new DeviceError("WebGPU", e.error.message));
      });
  }

  static async create(options: DeviceOptions = {}): Promise<Runtime> {
    return new Runtime(await openDevice(options));
  }

  /** @throws DeviceError where the device is gone; else the first error that WebGPU reported outside any call, if there was one */
  throwErrors(): void {
    if (this.end) throw new DeviceError("engine", this.end, {}, "make a new engine and load the last checkpoint");
    const [first] = this.errors.splice(0);
    if (first) throw first;
  }

  destroy(): void {
    this.end ??= "the engine has been disposed of";
    this.readback.destroy();
    this.pool.destroy();
    if (this.open.owned) this.device.destroy();
  }
}
