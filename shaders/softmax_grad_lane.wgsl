// softmax_grad.wgsl along the last axis for short rows of n = 4·HELD elements, see softmax_lane.wgsl.
const LOG = 0u;
const HELD = 8u;

struct Params { rows: u32 }

@group(0) @binding(0) var<storage, read> out: array<vec4f>;
@group(0) @binding(1) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * HELD;
  var held = array<vec4f, HELD>();
  var slopes = array<vec4f, HELD>();
  var shares = vec4f();
  for (var k = 0u; k < HELD; k++) {
    held[k] = out[start + k];
    slopes[k] = d_out[start + k];
    if (LOG == 1u) {
      shares += slopes[k];
    } else {
      shares += held[k] * slopes[k];
    }
  }
  let total = shares.x + shares.y + (shares.z + shares.w);
  for (var k = 0u; k < HELD; k++) {
    if (LOG == 1u) {
      dx[start + k] = epilogue(slopes[k] - exp(held[k]) * total, 4u * (start + k));
    } else {
      dx[start + k] = epilogue(held[k] * (slopes[k] - total), 4u * (start + k));
    }
  }
}
