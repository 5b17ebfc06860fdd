// softmax.wgsl along the last axis for short rows of n = 4·HELD elements: an invocation reads a row once and holds it.
const LOG = 0u;
const HELD = 8u;

struct Params { rows: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * HELD;
  var held = array<vec4f, HELD>();
  var four = x[start];
  for (var k = 0u; k < HELD; k++) {
    held[k] = x[start + k];
    four = max(four, held[k]);
  }
  let largest = max(max(four.x, four.y), max(four.z, four.w));
  var shares = vec4f();
  for (var k = 0u; k < HELD; k++) {
    held[k] -= largest;
    let power = exp(held[k]);
    shares += power;
    if (LOG == 0u) { held[k] = power; }
  }
  let total = shares.x + shares.y + (shares.z + shares.w);
  // Subtracted one after the other: the sum of both would be rounded to the size of the larger.
  let shift = log(total);
  for (var k = 0u; k < HELD; k++) {
    if (LOG == 1u) {
      out[start + k] = held[k] - shift;
    } else {
      out[start + k] = held[k] / total;
    }
  }
}
