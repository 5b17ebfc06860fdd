// state[0] += 1 where the optimizer's step is not skipped. One invocation.
struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> control: array<f32>;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  if (params.len > 0u && control[0] != 0.0) { state[0] += 1.0; }
}
