// adaptive_max_pool2d_grad.wgsl where rows of dx are a multiple of 4 wide, for devices with few lanes. One invocation makes a
// row of dx, from the rows of bins that hold it; the bins' columns are constants.
// @include planes.wgsl
const FOURS = 1u; // WIDTH / 4
const BIN = 1u; // columns of the widest bin

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let y = i % HEIGHT;
  let plane = i / HEIGHT;
  let oy_end = ((y + 1u) * OUT_HEIGHT + HEIGHT - 1u) / HEIGHT;
  var sums = array<vec4f, FOURS>();
  for (var oy = y * OUT_HEIGHT / HEIGHT; oy < oy_end; oy++) {
    // @unroll
    for (var ox = 0u; ox < OUT_WIDTH; ox++) {
      let first = ox * WIDTH / OUT_WIDTH;
      let end = ((ox + 1u) * WIDTH + OUT_WIDTH - 1u) / OUT_WIDTH;
      let o = (plane * OUT_HEIGHT + oy) * OUT_WIDTH + ox;
      let d = d_out[o];
      let column = codes[o] - y * WIDTH; // far beyond the picture where the maximum is in another row
      // @unroll
      for (var k = 0u; k < BIN; k++) {
        if (first + k < end) { sums[(first + k) / 4u][(first + k) % 4u] += select(0.0, d, column == first + k); }
      }
    }
  }
  // @unroll
  for (var f = 0u; f < FOURS; f++) { dx[i * FOURS + f] = epilogue(sums[f], 4u * (i * FOURS + f)); }
}
