// nll_loss_grad.wgsl for four neighbouring classes at a time: QUADS are the classes in fours. One invocation per EACH
// neighbouring fours of a row: where lanes are few, reading the label costs more than writing them.
const QUADS = 1u;
const EACH = 1u; // divides QUADS

struct Params { len: u32, ignore_index: i32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn element(i: u32) -> f32 { return x[i]; }
fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = i / (QUADS / EACH);
  let first = i % (QUADS / EACH) * EACH;
  let label = labels[row];
  let value = vec4f(select(-element(row), 0.0, label == params.ignore_index));
  for (var c = 0u; c < EACH; c++) {
    let classes = vec4i(i32(4u * (first + c))) + vec4i(0, 1, 2, 3);
    dx[i * EACH + c] = epilogue(select(vec4f(), value, classes == vec4i(label)), 4u * (i * EACH + c));
  }
}
