// out[.., indices[.., i, ..], ..] = x[.., i, ..] along one axis: out is [outer, n, inner], x and indices [outer, k, inner].
// Indices of a row differ; one that is not below n is left out. Elements are moved as bits. One invocation per element of x.
// Where k < n, out is made zeros before.
// Sizes that indices are divided by are constants: dividing by a number that is not known to the compiler costs more than the rest.
const K = 1u;
const INNER = 1u;

struct Params { len: u32, n: u32 }

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let outer = i / (K * INNER);
  let index = indices[i];
  if (index < params.n) { out[(outer * params.n + index) * INNER + i % INNER] = x[i]; }
}
