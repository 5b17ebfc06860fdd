// dx[i] = Σ d_out[o] / (kernel_h · kernel_w) over the windows o that contain element i; with COUNT_PAD = 0 divided by how
// many elements of the window are inside. [N, C] is seen as one dimension of planes. One invocation per element of dx.
const COUNT_PAD = 1u;

struct Params {
  len: u32, height: u32, width: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32,
}

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

// How many of the `kernel` places from `start` on lie in 0 … size − 1.
fn inside(start: i32, kernel: u32, size: u32) -> u32 {
  return u32(min(start + i32(kernel), i32(size)) - max(start, 0));
}

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
    let rows = inside(i32(oy * params.stride_h) - i32(params.pad_h), params.kernel_h, params.height);
    for (var ox = x_first; ox <= x_last; ox++) {
      let d = d_out[(number * params.out_height + oy) * params.out_width + ox];
      if (COUNT_PAD == 1u) {
        total += d;
      } else {
        let columns = inside(i32(ox * params.stride_w) - i32(params.pad_w), params.kernel_w, params.width);
        total += d / f32(rows * columns);
      }
    }
  }
  dx[i] = select(total, total / f32(params.kernel_h * params.kernel_w), COUNT_PAD == 1u);
}
