// out[i] = where i goes in a permutation of 0 … len − 1, which follows from (seed, stream, step): its key is a random word.
// state = (seed, step). One element an invocation.
// @include threefry.wgsl
// @include permutation.wgsl
struct Params { len: u32, stream: u32 }

@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<i32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let key = threefry(vec2u(state[0], params.stream), vec2u(0u, state[1])).x;
  out[i] = i32(permuted(i, params.len, mix(key)));
}
