// d_logits[r,c] = (softmax(logits[r,·])[c] − [c = labels[r]]) · d_loss[r · d_stride] · inverse, recomputed from the logits;
// 0 where the label is ignored or no class. d_stride is 0 where one loss joins all rows. One invocation a row.
struct Params { rows: u32, classes: u32, ignore_index: i32, d_stride: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read> d_loss: array<f32>;
@group(0) @binding(3) var<storage, read> inverse: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_logits: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let label = labels[row];
  let start = row * params.classes;
  if (label == params.ignore_index || label < 0 || u32(label) >= params.classes) {
    for (var c = 0u; c < params.classes; c++) { d_logits[start + c] = 0.0; }
    return;
  }
  let scale = d_loss[row * params.d_stride] * inverse[0];
  var largest = logits[start];
  for (var c = 1u; c < params.classes; c++) { largest = max(largest, logits[start + c]); }
  var total = 0.0;
  for (var c = 0u; c < params.classes; c++) { total += exp(logits[start + c] - largest); }
  for (var c = 0u; c < params.classes; c++) {
    let probability = exp(logits[start + c] - largest) / total;
    d_logits[start + c] = (probability - select(0.0, 1.0, c == u32(label))) * scale;
  }
}
