// counters[index] += 1. One invocation.
struct Params { index: u32, len: u32 }

@group(0) @binding(0) var<storage, read_write> counters: array<u32>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  if (params.index < params.len) { counters[params.index] += 1u; }
}
