// counts[label, predicted] += 1 for each row, predicted being the first largest of the row's logits. Rows whose label is no
// class are left out. Row r is done by invocation r; counts are integers, so the order of additions does not matter.
struct Params { rows: u32, classes: u32 }

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
  let base = row * params.classes;
  var best = 0u;
  for (var c = 1u; c < params.classes; c++) {
    if (logits[base + c] > logits[base + best]) { best = c; }
  }
  atomicAdd(&counts[u32(label) * params.classes + best], 1u);
}
