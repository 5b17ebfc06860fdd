// out[n,c,oy,ox] = Σ x / (kernel_h · kernel_w) over the window that starts at (oy·stride_h − pad_h, ox·stride_w − pad_w);
// what lies outside of x counts as zero; with COUNT_PAD = 0 it does not count: Σ is divided by the elements inside.
// [N, C] is seen as one dimension of planes. One invocation per element of out.
// @include window.wgsl
const COUNT_PAD = 1u;

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let ox = i % OUT_WIDTH;
  let oy = i / OUT_WIDTH % OUT_HEIGHT;
  let plane = i / (OUT_WIDTH * OUT_HEIGHT) * HEIGHT * WIDTH;
  let y0 = i32(oy * STRIDE_H) - i32(PAD_H);
  let x0 = i32(ox * STRIDE_W) - i32(PAD_W);
  let y_first = u32(max(y0, 0));
  let x_first = u32(max(x0, 0));
  let y_end = u32(min(y0 + i32(KERNEL_H), i32(HEIGHT)));
  let x_end = u32(min(x0 + i32(KERNEL_W), i32(WIDTH)));
  var total = 0.0;
  for (var y = y_first; y < y_end; y++) {
    for (var z = x_first; z < x_end; z++) { total += x[plane + y * WIDTH + z]; }
  }
  let inside = (y_end - y_first) * (x_end - x_first);
  out[i] = total / f32(select(inside, KERNEL_H * KERNEL_W, COUNT_PAD == 1u));
}
