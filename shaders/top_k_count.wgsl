// counts[0] += rows whose label is among the k largest logits, counts[1] += rows. Of equal logits the first is the larger.
// Rows whose label is no class are left out. One invocation per row; counts are integers, so the order does not matter.
struct Params { rows: u32, classes: u32, k: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let label = labels[row];
  if (label < 0 || u32(label) >= params.classes) { return; }
  let start = row * params.classes;
  let own = logits[start + u32(label)];
  var larger = 0u;
  for (var c = 0u; c < params.classes; c++) {
    let x = logits[start + c];
    larger += select(0u, 1u, x > own || (x == own && c < u32(label)));
  }
  atomicAdd(&counts[0], select(0u, 1u, larger < params.k));
  atomicAdd(&counts[1], 1u);
}
