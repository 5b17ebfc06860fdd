// Max pooling where rows of x are a multiple of 4 wide: out[n,c,oy,ox] = max of x over the window of KERNEL_H × KERNEL_W that
// starts at (oy·STRIDE_H − PAD_H, ox·STRIDE_W − PAD_W); what lies outside of x does not count. [N, C] is seen as one
// dimension of planes. One invocation makes four neighbouring elements of out, SPAN of which share a row, from whole vec4s of x.
// With CODES = 1 the number of each window's first maximum in it, row by row, is written too, a byte each.
// @include window.wgsl
const SPAN = 4u; // or 2, where rows of out are 2 more than a multiple of 4
const AHEAD = 0u; // columns from a vec4's first to the first window's
const LOADS = 1u; // vec4s of a row that SPAN windows touch
const CODES = 0u;

struct Params { len: u32, least: u32 } // least: bits of −∞

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> codes: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

fn four(plane: u32, y: i32, at: i32, least: vec4f) -> vec4f {
  let inside = y >= 0 && y < i32(HEIGHT) && at >= 0 && at < i32(WIDTH / 4u);
  let index = (plane * HEIGHT + u32(y)) * (WIDTH / 4u) + u32(at);
  return select(least, x[select(0u, index, inside)], inside);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let least = vec4f(bitcast<f32>(params.least));
  var largest = least;
  var first = vec4u();
  // @unroll
  for (var part = 0u; part < 4u / SPAN; part++) {
    let o = 4u * i + part * SPAN;
    let plane = o / (OUT_WIDTH * OUT_HEIGHT);
    let y0 = i32(o / OUT_WIDTH % OUT_HEIGHT * STRIDE_H) - i32(PAD_H);
    let start = (i32(o % OUT_WIDTH * STRIDE_W) - i32(PAD_W + AHEAD)) / 4;
    if (CODES == 1u && PAD_H + PAD_W > 0u) {
      // Until it finds more, a window's maximum is its first element that is no padding.
      // @unroll
      for (var j = 0u; j < SPAN; j++) {
        let beside = max(i32(PAD_W) - i32((o % OUT_WIDTH + j) * STRIDE_W), 0);
        first[part * SPAN + j] = u32(max(-y0, 0)) * KERNEL_W + u32(beside);
      }
    }
    // @unroll
    for (var kh = 0u; kh < KERNEL_H; kh++) {
      var row = array<vec4f, LOADS>();
      // @unroll
      for (var l = 0u; l < LOADS; l++) { row[l] = four(plane, y0 + i32(kh), start + i32(l), least); }
      // @unroll
      for (var j = 0u; j < SPAN; j++) {
        // @unroll
        for (var kw = 0u; kw < KERNEL_W; kw++) {
          let value = row[(AHEAD + j * STRIDE_W + kw) / 4u][(AHEAD + j * STRIDE_W + kw) % 4u];
          if (CODES == 1u) {
            first[part * SPAN + j] = select(first[part * SPAN + j], kh * KERNEL_W + kw, value > largest[part * SPAN + j]);
          }
          largest[part * SPAN + j] = max(largest[part * SPAN + j], value);
        }
      }
    }
  }
  out[i] = largest;
  if (CODES == 1u) { codes[i] = first.x | (first.y << 8u) | (first.z << 16u) | (first.w << 24u); }
}
