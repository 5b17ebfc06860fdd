// counter[0] += by, up to the limit. One invocation.
struct Params { by: u32, limit: u32 }

@group(0) @binding(0) var<storage, read_write> counter: array<u32>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  counter[0] = min(counter[0] + params.by, params.limit);
}
