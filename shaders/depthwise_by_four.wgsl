// depthwise.wgsl without dilation, where rows of x and of out are a multiple of 4 wide. With FLIP = 1 the taps are taken in
// reverse: that is the gradient for x where the stride is 1. An invocation goes down a strip of out, 4 columns wide and
// `rows` rows high: with each turn it reads STRIDE_H more rows of x, as whole vec4s, adds what they give to the OPEN rows of
// out that they belong to, and writes the one that is complete.
// @include window.wgsl
// @include window_four.wgsl
const CHANNELS = 1u; // of out
const REPEAT = 1u; // channels of out for each of x
const TAPS = 1u; // KERNEL_H · KERNEL_W
const FLIP = 0u;
const OPEN = 1u; // ⌈KERNEL_H / STRIDE_H⌉
const AHEAD = 0u; // columns from a vec4's first to the first window's
const LOADS = 1u; // vec4s of a row that 4 windows touch

struct Params { len: u32, rows: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let across = OUT_WIDTH / 4u;
  let down = (OUT_HEIGHT + params.rows - 1u) / params.rows;
  let ox = i % across; // in vec4s
  let oy = i / across % down * params.rows;
  let plane = i / across / down;
  let o = plane % CHANNELS;
  let c = plane / CHANNELS * (CHANNELS / REPEAT) + o / REPEAT;
  let start = i32(ox * STRIDE_W) - i32((PAD_W + AHEAD) / 4u);
  var y = i32(oy * STRIDE_H) - i32(PAD_H);
  var taps = array<f32, TAPS>();
  // @unroll
  for (var k = 0u; k < TAPS; k++) { taps[k] = w[o * TAPS + select(k, TAPS - 1u - k, FLIP == 1u)]; }

  var sums = array<vec4f, OPEN>(); // of the rows from the newest on
  let turns = min(params.rows, OUT_HEIGHT - oy) + OPEN - 1u;
  for (var turn = 0u; turn < turns; turn++) {
    // @unroll
    for (var s = 0u; s < STRIDE_H; s++) {
      var row = array<vec4f, LOADS>();
      // @unroll
      for (var l = 0u; l < LOADS; l++) { row[l] = four(c, y, start + i32(l)); }
      y += 1;
      // @unroll
      for (var q = 0u; q < OPEN; q++) {
        // @unroll
        for (var kw = 0u; kw < KERNEL_W; kw++) {
          if (s + STRIDE_H * q < KERNEL_H) {
            let tap = taps[min(s + STRIDE_H * q, KERNEL_H - 1u) * KERNEL_W + kw];
            let a = AHEAD + kw;
            let b = a + STRIDE_W;
            let c = b + STRIDE_W;
            let d = c + STRIDE_W;
            sums[q] += tap * vec4f(row[a / 4u][a % 4u], row[b / 4u][b % 4u], row[c / 4u][c % 4u], row[d / 4u][d % 4u]);
          }
        }
      }
    }
    if (turn >= OPEN - 1u) {
      let at = (plane * OUT_HEIGHT + oy + turn + 1u - OPEN) * across + ox;
      out[at] = epilogue(sums[OPEN - 1u], 4u * at);
    }
    // @unroll
    for (var n = 0u; n < OPEN; n++) {
      sums[OPEN - 1u - n] = select(vec4f(), sums[(2u * OPEN - 2u - n) % OPEN], n + 1u < OPEN);
    }
  }
}
