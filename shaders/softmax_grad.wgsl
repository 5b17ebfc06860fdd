// From the output alone, along one axis of [outer, n, inner]:
//   LOG 0: dx = out · (d − Σ out · d)      LOG 1: dx = d − eᵒᵘᵗ · Σ d
// One invocation per row.
const LOG = 0u;

struct Params { rows: u32, n: u32, inner: u32 }

@group(0) @binding(0) var<storage, read> out: array<f32>;
@group(0) @binding(1) var<storage, read> d_out: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row / params.inner * params.n * params.inner + row % params.inner;
  let end = start + params.n * params.inner;
  var total = 0.0;
  for (var i = start; i < end; i += params.inner) {
    if (LOG == 1u) {
      total += d_out[i];
    } else {
      total += out[i] * d_out[i];
    }
  }
  for (var i = start; i < end; i += params.inner) {
    if (LOG == 1u) {
      dx[i] = epilogue(d_out[i] - exp(out[i]) * total, i);
    } else {
      dx[i] = epilogue(out[i] * (d_out[i] - total), i);
    }
  }
}
