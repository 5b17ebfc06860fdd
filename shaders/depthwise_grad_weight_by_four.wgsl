// depthwise_grad_weight.wgsl without dilation, where rows of x and of out are a multiple of 4 wide: an invocation goes down a strip
// of 4 columns of one channel of the pictures n = part, part + parts, …, and makes the sums of all taps. With each turn it reads
// a row of d_out and STRIDE_H more rows of x, as whole vec4s, and the OPEN rows of d_out that read them are at hand.
// Sums go to partial[part · strips + strip, o, tap]. For devices with few lanes.
// @include window.wgsl
// @include window_four.wgsl
const CHANNELS = 1u; // of out
const REPEAT = 1u; // channels of out for each of x
const TAPS = 1u; // KERNEL_H · KERNEL_W
const SUMS = 0u; // whether those of d_out are written too
const OPEN = 1u; // ⌈KERNEL_H / STRIDE_H⌉
const AHEAD = 0u; // columns from a vec4's first to the first window's
const LOADS = 1u; // vec4s of a row that 4 windows touch

struct Params { len: u32, batch: u32, parts: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn side(value: f32, i: u32) {}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let across = OUT_WIDTH / 4u;
  let strip = i % across;
  let o = i / across % CHANNELS;
  let part = i / (across * CHANNELS);
  let start = i32(strip * STRIDE_W) - i32((PAD_W + AHEAD) / 4u);
  var sums = array<f32, TAPS>();
  var d_sum = vec4f();
  for (var n = part; n < params.batch; n += params.parts) {
    let c = n * (CHANNELS / REPEAT) + o / REPEAT;
    let plane = (n * CHANNELS + o) * OUT_HEIGHT;
    var y = -i32(PAD_H);
    var own = array<f32, TAPS>(); // of this picture
    var d = array<vec4f, OPEN>(); // rows of d_out from the newest on
    for (var turn = 0u; turn < OUT_HEIGHT + OPEN - 1u; turn++) {
      // @unroll
      for (var q = 0u; q < OPEN; q++) { d[OPEN - 1u - q] = d[(2u * OPEN - 2u - q) % OPEN]; }
      let ends = turn >= OUT_HEIGHT;
      d[0] = select(d_out[(plane + select(turn, 0u, ends)) * across + strip], vec4f(), ends);
      if (SUMS == 1u) { d_sum += d[0]; }
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
              let a = AHEAD + kw;
              let b = a + STRIDE_W;
              let c = b + STRIDE_W;
              let e = c + STRIDE_W;
              let taken = vec4f(row[a / 4u][a % 4u], row[b / 4u][b % 4u], row[c / 4u][c % 4u], row[e / 4u][e % 4u]);
              own[min(s + STRIDE_H * q, KERNEL_H - 1u) * KERNEL_W + kw] += dot(d[q], taken);
            }
          }
        }
      }
    }
    // @unroll
    for (var k = 0u; k < TAPS; k++) { sums[k] += own[k]; }
  }
  let to = (part * across + strip) * CHANNELS + o;
  // @unroll
  for (var k = 0u; k < TAPS; k++) { partial[to * TAPS + k] = sums[k]; }
  if (SUMS == 1u) { side(d_sum.x + d_sum.y + d_sum.z + d_sum.w, to); }
}
