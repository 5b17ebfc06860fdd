import { powerOfTwoUpTo } from "../core/powerOfTwo";

/** What lowering may know of a device. It is plain data: plans can be made and tested without a device. */
export interface Target {
  /** Lanes of a subgroup, where the device has the feature `subgroups` and they are always as many; else 0. */
  readonly subgroupSize: number;
  /** Whether short loops are to be unrolled for the device's compiler. */
  readonly unrolled: boolean;
  /** Whether kernels run on CPU cores: few lanes, and no gain from workgroup memory. */
  readonly cpu: boolean;
  /** Bytes that one storage binding may span. */
  readonly maxBindingBytes: number;
  /** Alignment of a binding's offset, in bytes. */
  readonly offsetAlignment: number;
  /** Bytes of parameters that can travel with a dispatch; kernels with more of them read a uniform buffer. */
  readonly immediateBytes: number;
  /** Whether a launch is to do several kernels' work with one workgroup: they should be short, and let no invocation wait. */
  readonly isSmall?: boolean;
  /** The fastest ways that were measured on the device, by key, see {@link Ways}. */
  readonly tuning?: Readonly<Record<string, string>>;
}

/** WebGPU's default limits: plans made for this target run on every device. */
export const BASELINE_TARGET: Target = {
  subgroupSize: 0,
  unrolled: false,
  cpu: false,
  maxBindingBytes: 128 * 2 ** 20,
  offsetAlignment: 256,
  immediateBytes: 0,
};

/** Whether the parameters of a kernel travel with the dispatch. */
export const byImmediates = ({ immediateBytes }: Target, params: number): boolean =>
  params > 0 && 4 * params <= immediateBytes;

/**
 * Whether kernels that load each element once and share it by subgroup shuffles are worth it: on CPUs, where a load takes far
 * longer than a shuffle. They are written for subgroups of 4 or 8 lanes.
 */
export const sharesLoads = ({ cpu, subgroupSize }: Target): boolean =>
  cpu && (subgroupSize === 4 || subgroupSize === 8);

/** Most results, or vec4s of them, that an invocation computes. */
const EACH = 8;
/** Workgroups that must remain on a CPU. */
const LEAST_GROUPS = 16;
/** Workgroups that must remain on a GPU: more than any can run at a time. */
const LEAST_GPU_GROUPS = 2048;

/**
 * How many of `count` results (or vec4s of them) each invocation of a short kernel computes, see shaders/include/share.wgsl. More
 * than one saves workgroups, each of which costs about as much as its work, as long as enough of them remain.
 */
export function resultsEach(count: number, cpu: boolean): number {
  if (cpu) return count >= LEAST_GROUPS * 64 * EACH ? EACH : 1;
  return powerOfTwoUpTo(Math.min(EACH, count / (64 * LEAST_GPU_GROUPS)));
}
