// state[0] ← value. One invocation: a launch of its own, since all of the one before reads the old value.
struct Params { len: u32, value: f32 }

@group(0) @binding(0) var<storage, read_write> state: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  if (params.len > 0u) { state[0] = params.value; }
}
