// adaptive_avg_pool2d_grad.wgsl where rows of dx are a multiple of 4 wide, for devices with few lanes. One invocation makes a
// row of dx: it adds up the bins' rows that hold it, then adds them to their columns, which are constants.
// @include planes.wgsl
const FOURS = 1u; // WIDTH / 4
const BIN = 1u; // columns of the widest bin

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let y = i % HEIGHT;
  let plane = i / HEIGHT;
  let oy_end = ((y + 1u) * OUT_HEIGHT + HEIGHT - 1u) / HEIGHT;
  var d = array<f32, OUT_WIDTH>();
  for (var oy = y * OUT_HEIGHT / HEIGHT; oy < oy_end; oy++) {
    let rows = ((oy + 1u) * HEIGHT + OUT_HEIGHT - 1u) / OUT_HEIGHT - oy * HEIGHT / OUT_HEIGHT;
    // @unroll
    for (var ox = 0u; ox < OUT_WIDTH; ox++) { d[ox] += d_out[(plane * OUT_HEIGHT + oy) * OUT_WIDTH + ox] / f32(rows); }
  }
  var sums = array<vec4f, FOURS>();
  // @unroll
  for (var ox = 0u; ox < OUT_WIDTH; ox++) {
    let first = ox * WIDTH / OUT_WIDTH;
    let end = ((ox + 1u) * WIDTH + OUT_WIDTH - 1u) / OUT_WIDTH;
    let share = d[ox] / f32(end - first);
    // @unroll
    for (var k = 0u; k < BIN; k++) {
      if (first + k < end) { sums[(first + k) / 4u][(first + k) % 4u] += share; }
    }
  }
  // @unroll
  for (var f = 0u; f < FOURS; f++) { dx[i * FOURS + f] = epilogue(sums[f], 4u * (i * FOURS + f)); }
}
