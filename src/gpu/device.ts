import { DeviceError } from "../core/errors";
import type { Target } from "../kernel/target";

/** Features that the engine uses where an adapter has them. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

/** Limits that are raised to what the adapter has; the others stay at WebGPU's defaults. */
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
   * A device to share, for example with a renderer. The engine does not destroy it, and leaves uncaptured errors, whoever causes
   * them, to the listeners of its `uncapturederror`.
   */
  readonly device?: GPUDevice;
  /** Where to ask for an adapter; default `navigator.gpu`, in Node the `webgpu` package. */
  readonly gpu?: GPU;
  readonly powerPreference?: GPUPowerPreference;
}

/** A device, and what the engine knows of it. */
export interface OpenDevice {
  readonly device: GPUDevice;
  /** Whether the engine made the device, and so destroys it. */
  readonly owned: boolean;
  readonly info: AdapterInfo;
  readonly target: Target;
}

/** The adapter, described for people. */
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
  const shared = options.device;
  if (shared) return describe(shared, shared.adapterInfo, false, options.gpu ?? globalThis.navigator?.gpu ?? kept);
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
 * Dawn shall not round timestamps to 0.1 ms: that protects web pages from each other, and Node runs only one program. And it shall
 * offer f16 on NVIDIA's cards, which it hides under Vulkan.
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
  // Written so that no bundler sees a package's name here: builds for browsers must not look for a package of Node's.
  const packageName = new URL("npm:webgpu").pathname;
  try {
    const { create } = (await import(/* @vite-ignore */ packageName)) as { create(flags: string[]): GPU };
    kept ??= create(DAWN_TOGGLES);
    return kept;
  } catch (cause) {
    throw new DeviceError("createEngine", "no WebGPU in Node", { cause: String(cause) }, "npm install webgpu");
  }
}

export const inNode = (): boolean => typeof process !== "undefined" && Boolean(process.versions?.node);

/** What Dawn's `create` returned: devices die when it is garbage-collected. */
let kept: GPU | undefined;

/** Whether an adapter of this name runs on the CPU. */
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
  // In Node, setting them takes 1.6 µs a dispatch, as much as all else; a uniform buffer costs nothing there.
  const hasImmediates = !inNode() && (gpu?.wgslLanguageFeatures?.has("immediate_address_space") ?? false);
  return {
    device,
    owned,
    info: { name, software, features: [...device.features].sort() },
    target: {
      subgroupSize,
      // SwiftShader keeps arrays that loops index in memory. It is known by its four lanes, as its name cannot be relied on.
      unrolled: software && subgroupSize === 4,
      cpu: software || (subgroupSize > 0 && subgroupSize <= 4),
      maxBindingBytes: maxStorageBufferBindingSize,
      offsetAlignment: minStorageBufferOffsetAlignment,
      immediateBytes: hasImmediates ? maxImmediateSize : 0,
    },
  };
}
