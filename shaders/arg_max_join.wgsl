// out[row] = the index with the largest key among the `parts` pairs (key, index) of the row; of equal ones, the smallest.
// One invocation per row; parts are few.
struct Params { rows: u32, parts: u32 }

@group(0) @binding(0) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  var best = pairs[row * params.parts];
  for (var part = 1u; part < params.parts; part++) {
    let pair = pairs[row * params.parts + part];
    if (pair.x > best.x || (pair.x == best.x && pair.y < best.y)) { best = pair; }
  }
  out[row] = best.y;
}
