// dx[i] = Σ d_out[o] / (kernel_h · kernel_w) over the windows o that contain element i.
// [N, C] is seen as one dimension of planes. One invocation per element of dx.
struct Params {
  len: u32, height: u32, width: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32,
}

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let z = i % params.width;
  let y = i / params.width % params.height;
  let number = i / (params.width * params.height);
  // Window o contains y where o·stride − pad ≤ y < o·stride − pad + kernel.
  let y_last = min((y + params.pad_h) / params.stride_h, params.out_height - 1u);
  let x_last = min((z + params.pad_w) / params.stride_w, params.out_width - 1u);
  let y_first = (max(y + params.pad_h + 1u, params.kernel_h) - params.kernel_h + params.stride_h - 1u) / params.stride_h;
  let x_first = (max(z + params.pad_w + 1u, params.kernel_w) - params.kernel_w + params.stride_w - 1u) / params.stride_w;
  var total = 0.0;
  for (var oy = y_first; oy <= y_last; oy++) {
    for (var ox = x_first; ox <= x_last; ox++) {
      total += d_out[(number * params.out_height + oy) * params.out_width + ox];
    }
  }
  dx[i] = total / f32(params.kernel_h * params.kernel_w);
}
