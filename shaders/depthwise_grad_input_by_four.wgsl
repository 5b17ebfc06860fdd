// depthwise_grad_input.wgsl without dilation, where rows of x are a multiple of 4 wide. One invocation makes a block of dx of
// SPAN·STRIDE_W columns and STRIDE_H rows, from the windows that touch it.
const CHANNELS = 1u; // of x
const REPEAT = 1u; // channels of out for each of x
const TAPS = 1u; // KERNEL_H · KERNEL_W
// @include window_blocks.wgsl

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let here = place_of(i);
  var total = array<vec4f, SIZE>();
  for (var m = 0u; m < REPEAT; m++) {
    let o = here.plane % CHANNELS * REPEAT + m;
    let out_plane = here.plane / CHANNELS * CHANNELS * REPEAT + o;
    var taps = array<f32, TAPS>();
    // @unroll
    for (var k = 0u; k < TAPS; k++) { taps[k] = w[o * TAPS + k]; }
    var d = array<vec4f, TOUCHING>();
    // @unroll
    for (var t = 0u; t < TOUCHING; t++) { d[t] = d_out_of(group_of(here, out_plane, t)); }
    // @unroll
    for (var n = 0u; n < SIZE; n++) {
      // @unroll
      for (var lane = 0u; lane < 4u; lane++) {
        // @unroll
        for (var k = 0u; k < OPEN_H * OPEN_W; k++) {
          let window = window_over(n, lane, k);
          if (window.holds) { total[n][lane] += taps[window.tap] * d[window.group][window.column]; }
        }
      }
    }
  }
  // @unroll
  for (var n = 0u; n < SIZE; n++) { store(here, n, total[n]); }
}
