// losses[r] = −x[r, labels[r]] · factor[r · stride], and 0 where the factor is 0 or the label no class, or the ignored one.
// One invocation per row.
struct Params { rows: u32, classes: u32, ignore_index: i32, stride: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read> factor: array<f32>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let label = labels[row];
  var loss = 0.0;
  let by = factor[row * params.stride];
  if (label >= 0 && u32(label) < params.classes && label != params.ignore_index && by != 0.0) {
    loss = -x[row * params.classes + u32(label)] * by;
  }
  losses[row] = epilogue(loss, row);
}
