// Joins the parts of extreme_sums_by_four.wgsl: the extreme m of each row, and total = Σ w. One invocation per row; parts are few.
// @include extreme_of_sums.wgsl
const KIND = 0u;

struct Params { rows: u32, parts: u32, none: u32 }

@group(0) @binding(0) var<storage, read> partial: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> extreme: array<f32>;
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
    sum += part.y * weight(part.x, most);
  }
  store_extreme(row, vec2f(most, sum));
}
