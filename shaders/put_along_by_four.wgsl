// put_along.wgsl for four neighbouring elements of x at a time, which are of one row: INNER is a multiple of 4, or INNER = 1 and
// K is one. One invocation per four elements of x.
const K = 4u;
const INNER = 1u;

struct Params { len: u32, n: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4u>;
@group(0) @binding(1) var<storage, read> indices: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let start = 4u * i / (K * INNER) * params.n * INNER + 4u * i % INNER;
  let named = indices[i];
  let value = x[i];
  let counts = named < vec4u(params.n);
  var at = vec4u(start) + named * INNER;
  if (INNER != 1u) { at += vec4u(0u, 1u, 2u, 3u); }
  if (counts.x) { out[at.x] = value.x; }
  if (counts.y) { out[at.y] = value.y; }
  if (counts.z) { out[at.z] = value.z; }
  if (counts.w) { out[at.w] = value.w; }
}
