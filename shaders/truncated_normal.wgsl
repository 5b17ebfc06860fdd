// out[i] = mean + σ·z, z normal among low … high, by the inverse of the distribution: the mass below z is
// p = below + mass·u, the mass above it q = above + mass·(1 − u). state = (seed, step). Four elements per invocation.
// @include threefry.wgsl
// @include distributions.wgsl
struct Params { len: u32, stream: u32, mean: f32, deviation: f32, a: f32, b: f32, below: f32, mass: f32, above: f32 }

@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn value(word: u32) -> f32 {
  let p = params.below + params.mass * to_open_unit(word);
  let q = params.above + params.mass * to_open_unit(~word);
  let z = normal_quantile(p, q);
  return clamp(params.mean + params.deviation * z, params.a, params.b);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (4u * i >= params.len) { return; }
  let words = four_words(vec2u(state[0], params.stream), i, state[1]);
  let v = vec4f(value(words.x), value(words.y), value(words.z), value(words.w));
  out[i] = select(vec4f(0.0), v, present(i, params.len));
}
