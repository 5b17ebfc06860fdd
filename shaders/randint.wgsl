// out[i] = low + word mod range, for the i-th random word of 32 bits: a value is more likely than another by range / 2³² at most;
// a range of 0 stands for 2³². state = (seed, step). Four elements per invocation.
// @include threefry.wgsl
struct Params { len: u32, stream: u32, low: i32, range: u32 }

@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4i>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (4u * i >= params.len) { return; }
  var words = four_words(vec2u(state[0], params.stream), i, state[1]);
  if (params.range > 0u) { words %= vec4u(params.range); }
  out[i] = select(vec4i(0), params.low + bitcast<vec4i>(words), present(i, params.len));
}
