// top_k_count.wgsl with one workgroup per row, for devices with many lanes and rows of many classes.
const LANES = 64u;

struct Params { rows: u32, classes: u32, k: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> larger: atomic<u32>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= params.rows) { return; }
  let label = labels[row];
  if (label < 0 || u32(label) >= params.classes) { return; }
  let start = row * params.classes;
  let own = logits[start + u32(label)];
  var share = 0u;
  for (var c = lane; c < params.classes; c += LANES) {
    let x = logits[start + c];
    share += select(0u, 1u, x > own || (x == own && c < u32(label)));
  }
  atomicAdd(&larger, share);
  workgroupBarrier();
  if (lane == 0u) {
    atomicAdd(&counts[0], select(0u, 1u, atomicLoad(&larger) < params.k));
    atomicAdd(&counts[1], 1u);
  }
}
