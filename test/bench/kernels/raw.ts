import type { KernelEngine, Ready } from "./engine";

const COPY = `
@group(0) @binding(0) var<storage, read> from_: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> to: array<vec4f>;

override EACH = 1u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let stride = (arrayLength(&to) + EACH - 1u) / EACH;
  let first = gid.x + gid.y * groups.x * 64u;
  if (first < stride) {
    for (var i = first; i < arrayLength(&to); i += stride) {
      to[i] = from_[i];
    }
  }
}`;

/** Makes copies to and fro between two buffers of `vectors` vec4s, each copy after the one before. */
export function copiesOn(device: GPUDevice): (vectors: number, copies: number, each?: number) => Ready {
  const module = device.createShaderModule({ code: COPY });
  return (vectors, copies, each = 1) => {
    const compute = { module, entryPoint: "main", constants: { EACH: each } };
    const pipeline = device.createComputePipeline({ layout: "auto", compute });
    const usage = GPUBufferUsage.STORAGE;
    const buffers = [0, 1].map(() => device.createBuffer({ size: 16 * vectors, usage }));
    const bindGroups = [0, 1].map((i) =>
      device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [0, 1].map((binding) => ({ binding, resource: { buffer: buffers[i ^ binding]! } })),
      }),
    );
    const groups = Math.ceil(vectors / each / 64);
    const rows = Math.ceil(groups / 65535);
    const run = async () => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      for (let i = 0; i < copies; i++) {
        pass.setBindGroup(0, bindGroups[i % 2]!);
        pass.dispatchWorkgroups(Math.ceil(groups / rows), rows);
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
    };
    return {
      run,
      fence: () => device.queue.onSubmittedWorkDone(),
      out: async () => [],
    };
  };
}

/** Plain WebGPU with nothing around it: the limit of memory, and of dispatches. */
export async function create(gpu: GPU): Promise<KernelEngine> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("no adapter");
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize };
  const copying = copiesOn(await adapter.requestDevice({ requiredLimits }));
  return {
    version: "",
    async prepare({ op, inputs, each }, _, copies) {
      if (op !== "copy") return null;
      const numbers = inputs[0]![0]!;
      // Its launches would be refused, in no time.
      if (4 * numbers > maxStorageBufferBindingSize)
        throw new Error(`a copy of ${4 * numbers} bytes: this device binds ${maxStorageBufferBindingSize}`);
      return copying(numbers / 4, copies, each);
    },
    chain: async (count) => copying(64, count),
  };
}
