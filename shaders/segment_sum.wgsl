// out[b, t, w] = Σ source[b, e, w] over the entries e of row t, order[ends[t − 1] … ends[t] − 1], in that order.
// One invocation per element of out; for devices with few lanes.
const BATCHED = 0u; // 1 where B > 1

struct Params { len: u32, targets: u32, entries: u32, width: u32 }

@group(0) @binding(0) var<storage, read> order: array<u32>;
@group(0) @binding(1) var<storage, read> ends: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = i / params.width;
  let column = i - row * params.width;
  var t = row;
  var base = 0u;
  if (BATCHED == 1u) {
    t = row % params.targets;
    base = row / params.targets * params.entries;
  }
  var p = 0u;
  if (t > 0u) { p = ends[t - 1u]; }
  let end = ends[t];
  var sum = 0.0;
  for (; p < end; p++) { sum += source[(base + order[p]) * params.width + column]; }
  out[i] = epilogue(sum, i);
}
