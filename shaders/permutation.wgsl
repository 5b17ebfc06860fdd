// out[i] = where i goes in a permutation of 0 … len − 1, which follows from (seed, stream, step): its key is a random word.
// state = (seed, step). Four elements per invocation, for finding the key costs as much as an element.
// @include threefry.wgsl
// @include permutation.wgsl
struct Params { len: u32, stream: u32 }

@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4i>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (4u * i >= params.len) { return; }
  let key = mix(threefry(vec2u(state[0], params.stream), vec2u(0u, state[1])).x);
  var places = vec4u();
  for (var c = 0u; c < 4u; c++) {
    if (4u * i + c < params.len) { places[c] = permuted(4u * i + c, params.len, key); }
  }
  out[i] = vec4i(places);
}
