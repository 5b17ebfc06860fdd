// segment_sum.wgsl for four neighbouring elements at a time: `width` is counted in fours.
// One invocation per EACH neighbouring fours of a row of out.
const EACH = 1u; // divides width
const BATCHED = 0u; // 1 where B > 1

struct Params { len: u32, targets: u32, entries: u32, width: u32 }

@group(0) @binding(0) var<storage, read> order: array<u32>;
@group(0) @binding(1) var<storage, read> ends: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = i * EACH / params.width;
  let column = i * EACH - row * params.width;
  var t = row;
  var base = 0u;
  if (BATCHED == 1u) {
    t = row % params.targets;
    base = row / params.targets * params.entries;
  }
  var p = 0u;
  if (t > 0u) { p = ends[t - 1u]; }
  let end = ends[t];
  var sums = array<vec4f, EACH>();
  for (; p < end; p++) {
    let start = (base + order[p]) * params.width + column;
    for (var c = 0u; c < EACH; c++) { sums[c] += source[start + c]; }
  }
  for (var c = 0u; c < EACH; c++) { out[i * EACH + c] = epilogue(sums[c], 4u * (i * EACH + c)); }
}
