import { DeviceError } from "../core/errors";
import type { Target } from "../kernel/target";

/** Features that the engine uses where an adapter has them. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

/** Limits that are raised to what the adapter has; the others stay at what every device grants. */
const RAISED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxStorageBuffersPerShaderStage",
] as const;

export interface DeviceOptions {
  /**
   * A device to share, for example with a renderer; the engine will not destroy it. Errors that WebGPU reports to nobody go to the
   * device's `uncapturederror`, whoever caused them.
   */
  readonly device?: GPUDevice;
  /** Where to ask for an adapter; default `navigator.gpu`, in Node the `webgpu` package. */
  readonly gpu?: GPU;
  readonly powerPreference?: GPUPowerPreference;
}

/** A device with what the engine must know of it. */
export interface OpenDevice {
  readonly device: GPUDevice;
  /** Whether the engine made the device, and so destroys it. */
  readonly owned: boolean;
  readonly info: AdapterInfo;
  readonly target: Target;
}

/** The adapter, for people. */
export interface AdapterInfo {
  /** Vendor, architecture and description in one line. */
  readonly name: string;
  /** True where it runs on the CPU; its timings say nothing about a GPU. */
  readonly software: boolean;
  readonly features: readonly string[];
}

/**
 * Opens a device with the adapter's real limits and the optional features it has.
 * @throws DeviceError where WebGPU or an adapter is missing, with what to do
 */
export async function openDevice(options: DeviceOptions = {}): Promise<OpenDevice> {
  if (options.device)
    return describe(
      options.device,
      options.device.adapterInfo,
      false,
      options.gpu ?? globalThis.navigator?.gpu ?? kept,
    );
  const gpu = options.gpu ?? (await findGpu());
  const powerPreference = options.powerPreference ?? "high-performance";
  const adapter = await gpu.requestAdapter({ powerPreference });
  if (!adapter)
    throw new DeviceError(
      "createEngine",
      "WebGPU is there, but no adapter",
      {},
      "update the graphics driver, or start Chrome with --enable-unsafe-webgpu; under Linux a Vulkan driver is needed",
    );
  const requiredFeatures = OPTIONAL_FEATURES.filter((f) => adapter.features.has(f));
  const requiredLimits = Object.fromEntries(RAISED_LIMITS.map((l) => [l, adapter.limits[l]]));
  const device = await adapter.requestDevice({ label: "wgrad", requiredFeatures, requiredLimits });
  return describe(device, adapter.info, true, gpu);
}

/**
 * In Node nobody has to be kept from telling time: kernels are timed to the nanosecond, not to a tenth of a millisecond. And Dawn
 * does not say by itself that NVIDIA's cards can do f16 under Vulkan.
 */
const DAWN_TOGGLES = [
  "disable-dawn-features=timestamp_quantization",
  "enable-dawn-features=vulkan_enable_f16_on_nvidia",
];

/** WebGPU of the browser, else Dawn from the optional npm package `webgpu`. */
async function findGpu(): Promise<GPU> {
  if (globalThis.navigator?.gpu) return navigator.gpu;
  if (!inNode())
    throw new DeviceError(
      "createEngine",
      "this browser has no WebGPU",
      {},
      "use Chrome or Edge 113 or newer, over https or on localhost",
    );
  // No bundler can see through this: a build for browsers must not go looking for a package for Node.
  const packageName = new URL("npm:webgpu").pathname;
  try {
    const { create } = (await import(/* @vite-ignore */ packageName)) as { create(flags: string[]): GPU };
    kept ??= create(DAWN_TOGGLES);
    return kept;
  } catch (cause) {
    const error = new DeviceError("createEngine", "no WebGPU in Node", { cause: String(cause) }, "npm install webgpu");
    throw error;
  }
}

export const inNode = (): boolean => typeof process !== "undefined" && Boolean(process.versions?.node);

/** Dawn's devices die when the object that `create` returned is collected. */
let kept: GPU | undefined;

/** Whether an adapter that calls itself so runs on the CPU. */
export const isSoftwareAdapter = (name: string): boolean =>
  /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(name);

function describe(
  device: GPUDevice,
  adapter: GPUAdapterInfo | undefined,
  owned: boolean,
  gpu: GPU | undefined,
): OpenDevice {
  const parts = [adapter?.vendor, adapter?.architecture, adapter?.device, adapter?.description];
  const name = [...new Set(parts.filter((p) => p))].join(" ") || "unnamed adapter";
  const [least = 0, most = 0] = [adapter?.subgroupMinSize, adapter?.subgroupMaxSize];
  const subgroupSize = device.features.has("subgroups") && least === most ? least : 0;
  const software = isSoftwareAdapter(name) || adapter?.isFallbackAdapter === true;
  const { maxStorageBufferBindingSize, minStorageBufferOffsetAlignment, maxImmediateSize = 0 } = device.limits;
  // Handing them over costs Node 1.6 µs a dispatch, as much as all else; a uniform buffer is bound once and for all.
  const hasImmediates = !inNode() && (gpu?.wgslLanguageFeatures?.has("immediate_address_space") ?? false);
  return {
    device,
    owned,
    info: { name, software, features: [...device.features].sort() },
    target: {
      subgroupSize,
      // SwiftShader, known by its four lanes, keeps what a loop indexes in memory; what it says of itself cannot be relied on.
      unrolled: software && subgroupSize === 4,
      cpu: software || (subgroupSize > 0 && subgroupSize <= 4),
      maxBindingBytes: maxStorageBufferBindingSize,
      offsetAlignment: minStorageBufferOffsetAlignment,
      immediateBytes: hasImmediates ? maxImmediateSize : 0,
    },
  };
}
