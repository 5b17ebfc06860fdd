import { powerOfTwoUpTo } from "../core/powerOfTwo";

/** What a lowering may know of the device it lowers for. Plain data, so that plans can be made and tested without one. */
export interface Target {
  /** Lanes of a subgroup where that is one fixed number and the `subgroups` feature is there, else 0. */
  readonly subgroupSize: number;
  /** Whether the device's compiler wants short loops written out. */
  readonly unrolled: boolean;
  /** True where kernels run on CPU cores: few lanes, no benefit from workgroup memory. */
  readonly cpu: boolean;
  /** Bytes that one storage binding may span. */
  readonly maxBindingBytes: number;
  /** Bytes to which the offset of a binding must be aligned. */
  readonly offsetAlignment: number;
  /** Bytes of parameters that a dispatch can carry itself; kernels with more of them, or all where 0, read a uniform buffer. */
  readonly immediateBytes: number;
  /** What was measured on the device: the fastest way by key, see {@link Ways}. */
  readonly tuning?: Readonly<Record<string, string>>;
}

/** What every WebGPU device grants: plans made for it run anywhere. */
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
 * Whether kernels that load each element once and share it by shuffle pay: on CPUs, where a load costs far more than a
 * shuffle. They are written for subgroups of 4 or 8 lanes.
 */
export const sharesLoads = ({ cpu, subgroupSize }: Target): boolean =>
  cpu && (subgroupSize === 4 || subgroupSize === 8);

/** Results, or fours of them, that an invocation makes at most. */
const EACH = 8;
/** As many workgroups must be left over on a CPU. */
const LEAST_GROUPS = 16;
/** The same on a GPU: more than any has room for at a time. */
const LEAST_GPU_GROUPS = 2048;

/**
 * How many of `count` results (or fours of them) an invocation of a short kernel makes, see shaders/include/share.wgsl: several
 * where a workgroup of 64 costs about as much as their work, and enough workgroups are left over.
 */
export function resultsEach(count: number, cpu: boolean): number {
  if (cpu) return count >= LEAST_GROUPS * 64 * EACH ? EACH : 1;
  const most = Math.min(EACH, count / (64 * LEAST_GPU_GROUPS));
  return powerOfTwoUpTo(most);
}
