// out[n,c,oy,ox] = Σ x / (kernel_h · kernel_w) over the window that starts at (oy·stride_h − pad_h, ox·stride_w − pad_w);
// what lies outside of x counts as zero; with COUNT_PAD = 0 it does not count: Σ is divided by the elements inside.
// [N, C] is seen as one dimension of planes. One invocation per element of out.
const COUNT_PAD = 1u;

struct Params {
  len: u32, height: u32, width: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let ox = i % params.out_width;
  let oy = i / params.out_width % params.out_height;
  let plane = i / (params.out_width * params.out_height) * params.height * params.width;
  let y0 = i32(oy * params.stride_h) - i32(params.pad_h);
  let x0 = i32(ox * params.stride_w) - i32(params.pad_w);
  let y_first = u32(max(y0, 0));
  let x_first = u32(max(x0, 0));
  let y_end = u32(min(y0 + i32(params.kernel_h), i32(params.height)));
  let x_end = u32(min(x0 + i32(params.kernel_w), i32(params.width)));
  var total = 0.0;
  for (var y = y_first; y < y_end; y++) {
    for (var z = x_first; z < x_end; z++) { total += x[plane + y * params.width + z]; }
  }
  let inside = (y_end - y_first) * (x_end - x_first);
  out[i] = total / f32(select(inside, params.kernel_h * params.kernel_w, COUNT_PAD == 1u));
}
