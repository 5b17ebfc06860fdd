// cache[batch, position + r, c] = qkv[batch, r, width + c]: keys and values, the last two thirds of a row of qkv. What does not
// fit into the cache is left out. One invocation per element.
struct Params { len: u32, rows: u32, width: u32, capacity: u32 }

@group(0) @binding(0) var<storage, read> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> position: array<u32>;
@group(0) @binding(2) var<storage, read_write> cache: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let both = 2u * params.width;
  let row = i / both;
  let to = position[0] + row % params.rows;
  if (to >= params.capacity) { return; }
  cache[(row / params.rows * params.capacity + to) * both + i % both] = qkv[row * 3u * params.width + params.width + i % both];
}
