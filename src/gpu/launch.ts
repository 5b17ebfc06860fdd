/** All that a replay needs to launch one dispatch. */
export interface Launch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
  /** The parameters, where they travel with the dispatch. */
  readonly immediates: Uint32Array<ArrayBuffer> | undefined;
}

/** Encodes launches, from `start` to before `end`, as one pass. A pipeline is set only where it changes. */
export function encodePass(
  encoder: GPUCommandEncoder,
  launches: readonly Launch[],
  descriptor?: GPUComputePassDescriptor,
  start = 0,
  end = launches.length,
): void {
  const pass = encoder.beginComputePass(descriptor);
  let set: GPUComputePipeline | undefined;
  for (let i = start; i < end; i++) {
    const { pipeline, bindGroup, immediates, workgroups } = launches[i]!;
    if (pipeline !== set) pass.setPipeline(pipeline);
    set = pipeline;
    pass.setBindGroup(0, bindGroup);
    if (immediates) pass.setImmediates(0, immediates);
    pass.dispatchWorkgroups(...workgroups);
  }
  pass.end();
}
