// out[i, j] = table[indices[i], j] · scale + shift, where the table holds bytes, four to a u32, little end first.
// Rows whose index lies beyond the table are 0. One invocation per element of out.
// Sizes that indices are divided by are constants: dividing by a number that is not known to the compiler costs more than the rest.
const WIDTH = 1u;

struct Params { len: u32, rows: u32, scale: f32, shift: f32 }

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = indices[i / WIDTH];
  if (row >= params.rows) {
    out[i] = 0.0;
    return;
  }
  let at = row * WIDTH + i % WIDTH;
  let byte = extractBits(table[at / 4u], (at % 4u) * 8u, 8u);
  out[i] = f32(byte) * params.scale + params.shift;
}
