// adaptive_avg_pool2d.wgsl where rows of x are a multiple of 4 wide, for devices with few lanes. One invocation makes a row of out:
// it adds up the bins' rows, as whole vec4s, then their columns, which are constants.
// @include planes.wgsl
const FOURS = 1u; // WIDTH / 4
const BIN = 1u; // columns of the widest bin

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let oy = i % OUT_HEIGHT;
  let plane = i / OUT_HEIGHT;
  let y0 = oy * HEIGHT / OUT_HEIGHT;
  let y1 = ((oy + 1u) * HEIGHT + OUT_HEIGHT - 1u) / OUT_HEIGHT;
  var sums = array<vec4f, FOURS>();
  for (var y = y0; y < y1; y++) {
    // @unroll
    for (var f = 0u; f < FOURS; f++) { sums[f] += x[(plane * HEIGHT + y) * FOURS + f]; }
  }
  // @unroll
  for (var ox = 0u; ox < OUT_WIDTH; ox++) {
    let first = ox * WIDTH / OUT_WIDTH;
    let end = ((ox + 1u) * WIDTH + OUT_WIDTH - 1u) / OUT_WIDTH;
    var total = 0.0;
    // @unroll
    for (var k = 0u; k < BIN; k++) {
      if (first + k < end) { total += sums[(first + k) / 4u][(first + k) % 4u]; }
    }
    let o = i * OUT_WIDTH + ox;
    out[o] = epilogue(total / f32((y1 - y0) * (end - first)), o);
  }
}
