// losses[r] = log Σ e^logits[r,·] − logits[r, labels[r]], max-subtracted; 0 where the label is ignored or no class.
// weights[r] = 1 where the row counts, else 0. One invocation a row.
struct Params { rows: u32, classes: u32, ignore_index: i32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;
@group(0) @binding(3) var<storage, read_write> weights: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let label = labels[row];
  if (label == params.ignore_index || label < 0 || u32(label) >= params.classes) {
    losses[row] = 0.0;
    weights[row] = 0.0;
    return;
  }
  let start = row * params.classes;
  var largest = logits[start];
  for (var c = 1u; c < params.classes; c++) { largest = max(largest, logits[start + c]); }
  var total = 0.0;
  for (var c = 0u; c < params.classes; c++) { total += exp(logits[start + c] - largest); }
  losses[row] = log(total) + largest - logits[start + u32(label)];
  weights[row] = 1.0;
}
