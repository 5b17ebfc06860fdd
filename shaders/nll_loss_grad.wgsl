// The gradient of nll_loss.wgsl: dx[r, c] = −x[r] where c = labels[r], unless that is the ignored label, else 0; x is the factor of
// the row times the incoming gradient.
// One invocation per element.
const CLASSES = 1u;

struct Params { len: u32, ignore_index: i32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn element(i: u32) -> f32 { return x[i]; }
fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = i / CLASSES;
  let label = labels[row];
  let names = i32(i % CLASSES) == label && label != params.ignore_index;
  dx[i] = epilogue(select(0.0, -element(row), names), i);
}
