// Joins the parts of extreme_sums_by_four.wgsl: the extreme m of each row, and total = Σ w. KIND 0: where nothing but −∞ was summed,
// m is what has the bits `least`, those of −∞, and the total 0; where m is ∞, so is the total. One invocation a row; parts are few.
const KIND = 0u;

struct Params { rows: u32, parts: u32, least: u32 }

@group(0) @binding(0) var<storage, read> partial: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> extreme: array<f32>;
@group(0) @binding(2) var<storage, read_write> total: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn weight(x: f32, most: f32) -> f32 {
  if (KIND == 0u) { return exp(x - most); }
  return select(0.0, 1.0, x == most);
}

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
    sum += part.y * weight(part.x, most);
  }
  if (KIND == 0u) {
    extreme[row] = select(most, bitcast<f32>(params.least), sum == 0.0);
    total[row] = select(sum, most, bitcast<u32>(most) == 0x7f800000u);
  } else {
    extreme[row] = select(most, -most, KIND == 2u);
    total[row] = sum;
  }
}
