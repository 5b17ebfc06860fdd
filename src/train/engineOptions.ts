import type { DeviceOptions } from "../gpu/device";
import type { TuningStore } from "./tuningStore";

/** What an engine is made with. */
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
