// take_rows.wgsl for four neighbouring elements at a time: WIDTH counts fours. One invocation per four elements of out.
const WIDTH = 1u;

struct Params { len: u32, rows: u32, missing: u32 }

@group(0) @binding(0) var<storage, read> table: array<vec4u>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = indices[i / WIDTH];
  var value = vec4u(params.missing);
  if (row < params.rows) { value = table[row * WIDTH + i % WIDTH]; }
  out[i] = value;
}
