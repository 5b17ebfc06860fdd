// out[i] = low + range·u, u the i-th random number in [0, 1) with 24 bits; state = (seed, step). Four elements per invocation.
// @include threefry.wgsl
struct Params { len: u32, stream: u32, low: f32, range: f32 }

@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (4u * i >= params.len) { return; }
  let u = to_unit(four_words(vec2u(state[0], params.stream), i, state[1]));
  out[i] = select(vec4f(0.0), params.low + params.range * u, present(i, params.len));
}
