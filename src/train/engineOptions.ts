import type { DeviceOptions } from "../gpu/device";
import type { CompileProgress } from "../gpu/pipelines";
import type { CaptureOptions } from "./captureInputs";
import type { TuningStore } from "./tuningStore";

/** The options of {@link createEngine}. */
export interface EngineOptions extends DeviceOptions {
  /** Join chains of pointwise ops into one kernel; default true. */
  readonly fuse?: boolean;
  /**
   * Let a captured step whose tensors are all tiny be one launch, or a few, in place of one for each kernel, and counters of any step be
   * part of another launch; default true. Such kernels are compiled for the step alone: pass false where many different tiny steps are
   * captured, and each runs a few times.
   */
  readonly join?: boolean;
  /**
   * Where to store which kernels are the fastest; default IndexedDB, in Node a file in the user's cache folder. With `false` nothing
   * is read or stored: pass it for runs that must be repeatable to the last bit, since kernels differ in the order of summation.
   */
  readonly tuning?: TuningStore | false;
  /** Measure kernels while the device is idle, for steps captured later; default true in browsers. */
  readonly tuneWhenIdle?: boolean;
}

/** The options of {@link Engine.load}. */
export interface EngineLoadOptions {
  /** Called each time that a pipeline is ready; default no one is told. */
  readonly onCompile?: CompileProgress;
  /** Name of the file, for errors; default none. */
  readonly file?: string;
}

/** Whether kernels and launches are joined: as the capture says, else the engine. Where runs look for NaN nothing is. */
export function switchesOf(capture: CaptureOptions, engine: EngineOptions): { fuse: boolean; join: boolean } {
  const fuse = !capture.debug && (capture.fuse ?? engine.fuse ?? true);
  return { fuse, join: fuse && (capture.join ?? engine.join ?? true) };
}
