// out[i] = mean + σ·z, z from the standard normal distribution: elements 2j and 2j + 1 are one pair of Box and Muller's.
// state = (seed, step). Four elements per invocation; |z| < 6.8.
// @include threefry.wgsl
// @include distributions.wgsl
struct Params { len: u32, stream: u32, mean: f32, deviation: f32 }

@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (4u * i >= params.len) { return; }
  let words = four_words(vec2u(state[0], params.stream), i, state[1]);
  let z = vec4f(normal_pair(words.xy), normal_pair(words.zw));
  out[i] = select(vec4f(0.0), params.mean + params.deviation * z, present(i, params.len));
}
