// out[b, t, w] = Σ source[b, e, w] over the entries e of row t, order[ends[t − 1] … ends[t] − 1], in that order.
// One invocation per element of out; for devices with few lanes.
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
  let t = row % params.targets;
  let base = row / params.targets * params.entries;
  let column = i % params.width;
  var start = 0u;
  if (t > 0u) { start = ends[t - 1u]; }
  var sum = 0.0;
  for (var p = start; p < ends[t]; p++) { sum += source[(base + order[p]) * params.width + column]; }
  out[i] = epilogue(sum, i);
}
