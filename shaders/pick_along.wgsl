// out[.., i, ..] = x[.., indices[.., i, ..], ..] along one axis: x is [outer, n, inner], out and indices [outer, k, inner].
// Where an index is not below n, 0. Elements are moved as bits. One invocation per element of out.
// Sizes by which numbers are divided are constants: a division by what is not known costs more than all the rest.
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
  out[i] = 0u;
  if (index < params.n) { out[i] = x[(outer * params.n + index) * INNER + i % INNER]; }
}
