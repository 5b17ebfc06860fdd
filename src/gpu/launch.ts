/** All that a replay needs to launch one dispatch. */
export interface Launch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
  /** The parameters, where they travel with the dispatch. */
  readonly immediates: Uint32Array<ArrayBuffer> | undefined;
}

/** Encodes launches as one pass. A pipeline is set only where it changes. */
export function encodePass(
  encoder: GPUCommandEncoder,
  launches: readonly Launch[],
  descriptor?: GPUComputePassDescriptor,
): void {
  const pass = encoder.beginComputePass(descriptor);
  let set: GPUComputePipeline | undefined;
  for (const { pipeline, bindGroup, immediates, workgroups } of launches) {
    if (pipeline !== set) pass.setPipeline(pipeline);
    set = pipeline;
    pass.setBindGroup(0, bindGroup);
    if (immediates) pass.setImmediates(0, immediates);
    pass.dispatchWorkgroups(...workgroups);
  }
  pass.end();
}
