// arg_max_join.wgsl with one workgroup per row, for devices with many lanes and many parts.
// @include best_by_tree.wgsl
const LANES = 64u; // a power of two

struct Params { rows: u32, parts: u32 }

@group(0) @binding(0) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= params.rows) { return; }
  var best = pairs[row * params.parts + min(lane, params.parts - 1u)];
  for (var part = lane + LANES; part < params.parts; part += LANES) { best = better(best, pairs[row * params.parts + part]); }
  let result = best_by_tree(best, lane);
  if (lane == 0u) { out[row] = result.y; }
}
