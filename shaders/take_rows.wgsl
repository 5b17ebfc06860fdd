// out[i, ·] = table[indices[i], ·]; rows whose index lies beyond the table get `missing` everywhere.
// Elements are moved as bits, so any 4-byte dtype will do. One invocation per element of out.
// Sizes by which numbers are divided are constants: a division by what is not known costs more than all the rest.
const WIDTH = 1u;

struct Params { len: u32, rows: u32, missing: u32 }

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = indices[i / WIDTH];
  out[i] = params.missing;
  if (row < params.rows) { out[i] = table[row * WIDTH + i % WIDTH]; }
}
