// avg_pool2d_grad.wgsl where rows of x are a multiple of 4 wide. One invocation makes a block of dx of SPAN·STRIDE_W columns and
// STRIDE_H rows, from the windows that touch it.
const COUNT_PAD = 1u;
// @include inside.wgsl
// @include window_blocks.wgsl

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let here = place_of(i);
  var d = array<vec4f, TOUCHING>();
  // @unroll
  for (var t = 0u; t < TOUCHING; t++) {
    let group = group_of(here, here.plane, t);
    d[t] = d_out_of(group);
    if (COUNT_PAD == 1u) {
      d[t] /= f32(KERNEL_H * KERNEL_W);
    } else if (group.is_inside) {
      let rows = inside(group.y * i32(STRIDE_H) - i32(PAD_H), KERNEL_H, HEIGHT);
      // @unroll
      for (var j = 0u; j < SPAN; j++) {
        d[t][j] /= f32(rows * inside((group.x + i32(j)) * i32(STRIDE_W) - i32(PAD_W), KERNEL_W, WIDTH));
      }
    }
  }
  var total = array<vec4f, SIZE>();
  // @unroll
  for (var n = 0u; n < SIZE; n++) {
    // @unroll
    for (var lane = 0u; lane < 4u; lane++) {
      // @unroll
      for (var k = 0u; k < OPEN_H * OPEN_W; k++) {
        let window = window_over(n, lane, k);
        if (window.holds) { total[n][lane] += d[window.group][window.column]; }
      }
    }
  }
  // @unroll
  for (var n = 0u; n < SIZE; n++) { store(here, n, total[n]); }
}
