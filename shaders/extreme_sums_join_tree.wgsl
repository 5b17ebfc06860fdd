// extreme_sums_join.wgsl with one workgroup per row, for devices with many lanes and many parts.
// @include extreme_sums_by_tree.wgsl
const KIND = 0u;
const LANES = 64u; // a power of two

struct Params { rows: u32, parts: u32, none: u32 }

@group(0) @binding(0) var<storage, read> partial: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> extreme: array<f32>;
@group(0) @binding(2) var<storage, read_write> total: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= params.rows) { return; }
  let start = row * params.parts;
  let first = partial[start + min(lane, params.parts - 1u)];
  var share = vec2f(first.x, select(0.0, first.y, lane < params.parts));
  for (var p = lane + LANES; p < params.parts; p += LANES) { share = joined(share, partial[start + p]); }
  let found = joined_by_tree(share, lane);
  if (lane == 0u) { store_extreme(row, found); }
}
