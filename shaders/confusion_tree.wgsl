// confusion.wgsl with one workgroup per row, for devices with many lanes and rows of many classes. Each lane finds the first
// largest of its logits; lanes are joined as a tree, of equal ones the first.
const LANES = 64u; // a power of two

struct Params { rows: u32, classes: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> values: array<f32, LANES>;
var<workgroup> places: array<u32, LANES>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= params.rows) { return; }
  let label = labels[row];
  if (label < 0 || u32(label) >= params.classes) { return; }
  let base = row * params.classes;
  // Lanes beyond the last class say what the first one does: of equal places one is as good as the other.
  var best = select(0u, lane, lane < params.classes);
  for (var c = lane + LANES; c < params.classes; c += LANES) {
    if (logits[base + c] > logits[base + best]) { best = c; }
  }
  values[lane] = logits[base + best];
  places[lane] = best;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      let value = values[lane + half];
      let place = places[lane + half];
      if (value > values[lane] || (value == values[lane] && place < places[lane])) {
        values[lane] = value;
        places[lane] = place;
      }
    }
    workgroupBarrier();
  }
  if (lane == 0u) { atomicAdd(&counts[u32(label) * params.classes + places[0]], 1u); }
}
