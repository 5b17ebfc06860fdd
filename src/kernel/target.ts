/** What a lowering may know of the device it lowers for. Plain data, so that plans can be made and tested without one. */
export interface Target {
  /** Lanes of a subgroup where that is one fixed number and the `subgroups` feature is there, else 0. */
  readonly subgroupSize: number;
  /** True where kernels run on CPU cores: few lanes, no benefit from workgroup memory. */
  readonly cpu: boolean;
  /** Bytes that one storage binding may span. */
  readonly maxBindingBytes: number;
  /** Bytes to which the offset of a binding must be aligned. */
  readonly offsetAlignment: number;
}

/** What every WebGPU device grants: plans made for it run anywhere. */
export const BASELINE_TARGET: Target = {
  subgroupSize: 0,
  cpu: false,
  maxBindingBytes: 128 * 2 ** 20,
  offsetAlignment: 256,
};
