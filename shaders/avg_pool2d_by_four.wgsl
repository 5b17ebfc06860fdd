// avg_pool2d.wgsl where rows of x are a multiple of 4 wide. One invocation makes four neighbouring elements of out, SPAN of which
// share a row, from whole vec4s of x.
// @include inside.wgsl
// @include window.wgsl
// @include window_four.wgsl
const COUNT_PAD = 1u;
const SPAN = 4u; // or 2, where rows of out are 2 more than a multiple of 4
const AHEAD = 0u; // columns from a vec4's first to the first window's
const LOADS = 1u; // vec4s of a row that SPAN windows touch

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  var total = vec4f();
  // @unroll
  for (var part = 0u; part < 4u / SPAN; part++) {
    let o = 4u * i + part * SPAN;
    let plane = o / (OUT_WIDTH * OUT_HEIGHT);
    let y0 = i32(o / OUT_WIDTH % OUT_HEIGHT * STRIDE_H) - i32(PAD_H);
    let start = (i32(o % OUT_WIDTH * STRIDE_W) - i32(PAD_W + AHEAD)) / 4;
    // @unroll
    for (var kh = 0u; kh < KERNEL_H; kh++) {
      var row = array<vec4f, LOADS>();
      // @unroll
      for (var l = 0u; l < LOADS; l++) { row[l] = four(plane, y0 + i32(kh), start + i32(l)); }
      // @unroll
      for (var j = 0u; j < SPAN; j++) {
        // @unroll
        for (var kw = 0u; kw < KERNEL_W; kw++) {
          total[part * SPAN + j] += row[(AHEAD + j * STRIDE_W + kw) / 4u][(AHEAD + j * STRIDE_W + kw) % 4u];
        }
      }
    }
    if (COUNT_PAD == 0u) {
      // @unroll
      for (var j = 0u; j < SPAN; j++) {
        let x0 = 4 * start + i32(AHEAD + j * STRIDE_W);
        total[part * SPAN + j] /= f32(inside(y0, KERNEL_H, HEIGHT) * inside(x0, KERNEL_W, WIDTH));
      }
    }
  }
  if (COUNT_PAD == 1u) { total /= f32(KERNEL_H * KERNEL_W); }
  out[i] = epilogue(total, 4u * i);
}
