// out[r] = weight[labels[r]], and 0 where the label is no class or the ignored one. One invocation per label.
struct Params { rows: u32, classes: i32, ignore_index: i32 }

@group(0) @binding(0) var<storage, read> labels: array<i32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let label = labels[row];
  if (label < 0 || label >= params.classes || label == params.ignore_index) {
    out[row] = 0.0;
  } else {
    out[row] = weight[label];
  }
}
