/** All that one dispatch of a replay needs, made once. */
export interface Launch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
  /** Parameters, where they travel with the dispatch. */
  readonly immediates: Uint32Array<ArrayBuffer> | undefined;
}

/** @param before the launch just before it in the pass */
export function launch(pass: GPUComputePassEncoder, l: Launch, before?: Launch): void {
  const {
    pipeline,
    bindGroup,
    immediates,
    workgroups: [x, y, z],
  } = l;
  if (pipeline !== before?.pipeline) pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  if (immediates) pass.setImmediates(0, immediates);
  pass.dispatchWorkgroups(x, y, z);
}
