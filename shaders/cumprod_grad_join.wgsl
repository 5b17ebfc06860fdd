// The sums of cumprod_grad.wgsl after each part: carried[row, p] = d + f · carried[row, p − 1]. One invocation per row; parts are
// few (≤ 64).
struct Params { rows: u32, parts: u32 }

@group(0) @binding(0) var<storage, read> totals: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> carried: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  var sum = 0.0;
  for (var i = row * params.parts; i < (row + 1u) * params.parts; i++) {
    sum = totals[i].y + totals[i].x * sum;
    carried[i] = sum;
  }
}
