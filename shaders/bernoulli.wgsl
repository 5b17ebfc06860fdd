// out[i] = one where the i-th random number in [0, 1) is below the probability, else 0; `one` is the bits of 1 in the dtype of
// the output. The probability is p[i], or with UNIFORM = 1 the same for all. state = (seed, step). Four elements per invocation.
// @include threefry.wgsl
const UNIFORM = 0u;

struct Params { len: u32, stream: u32, probability: f32, one: u32 }

@group(0) @binding(0) var<storage, read> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (4u * i >= params.len) { return; }
  let u = to_unit(four_words(vec2u(state[0], params.stream), i, state[1]));
  var limit = vec4f(params.probability);
  if (UNIFORM == 0u) { limit = p[i]; }
  out[i] = select(vec4u(0u), select(vec4u(0u), vec4u(params.one), u < limit), present(i, params.len));
}
