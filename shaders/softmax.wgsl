// Along one axis of x seen as [outer, n, inner]:
//   LOG 0: out = eˣ⁻ᵐ / Σ eˣ⁻ᵐ      LOG 1: out = x − m − log Σ eˣ⁻ᵐ      m the row's maximum, so that nothing overflows.
// One invocation per row. n ≥ 1.
const LOG = 0u;

struct Params { rows: u32, n: u32, inner: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row / params.inner * params.n * params.inner + row % params.inner;
  let end = start + params.n * params.inner;
  var largest = x[start];
  for (var i = start + params.inner; i < end; i += params.inner) { largest = max(largest, x[i]); }
  var total = 0.0;
  for (var i = start; i < end; i += params.inner) { total += exp(x[i] - largest); }
  // Subtracted one after the other: the sum of both would be rounded to the size of the larger.
  let shift = log(total);
  for (var i = start; i < end; i += params.inner) {
    if (LOG == 1u) {
      out[i] = (x[i] - largest) - shift;
    } else {
      out[i] = exp(x[i] - largest) / total;
    }
  }
}
