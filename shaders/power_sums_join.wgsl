// Joins the parts of power_sums_by_four.wgsl: the maximum m of each row, and total = Σ eˣ⁻ᵐ. Where nothing but −∞ was summed, m is
// `least`, whose bits are handed over as those of −∞, and the total 0; where m is ∞, so is the total. One invocation a row; parts are few.
struct Params { rows: u32, parts: u32, least: u32 }

@group(0) @binding(0) var<storage, read> partial: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> largest: array<f32>;
@group(0) @binding(2) var<storage, read_write> total: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * params.parts;
  var most = partial[start].x;
  for (var p = 1u; p < params.parts; p++) { most = max(most, partial[start + p].x); }
  var sum = 0.0;
  for (var p = 0u; p < params.parts; p++) {
    let part = partial[start + p];
    sum += part.y * exp(part.x - most);
  }
  let is_infinite = bitcast<u32>(most) == 0x7f800000u;
  largest[row] = select(most, bitcast<f32>(params.least), sum == 0.0);
  total[row] = select(sum, most, is_infinite);
}
