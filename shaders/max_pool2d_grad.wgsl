// dx[i] = Σ d_out[o] over the windows o whose first maximum (in row-major order) is x[i]. Nothing is remembered from the
// forward pass: an element equal to out[o] asks whether an equal one comes before it in the window.
// [N, C] is seen as one dimension of planes. One invocation per element of dx.
struct Params {
  len: u32, height: u32, width: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> out: array<f32>;
@group(0) @binding(2) var<storage, read> d_out: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

// Whether x at (y, z) is the first of the window's elements that equal its maximum.
fn is_first(plane: u32, y: u32, z: u32, oy: u32, ox: u32, largest: f32) -> bool {
  let y_start = u32(max(i32(oy * params.stride_h) - i32(params.pad_h), 0));
  let x0 = i32(ox * params.stride_w) - i32(params.pad_w);
  let x_start = u32(max(x0, 0));
  let x_end = u32(min(x0 + i32(params.kernel_w), i32(params.width)));
  for (var a = y_start; a <= y; a++) {
    let end = select(x_end, z, a == y);
    for (var b = x_start; b < end; b++) {
      if (x[plane + a * params.width + b] == largest) { return false; }
    }
  }
  return true;
}

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let z = i % params.width;
  let y = i / params.width % params.height;
  let number = i / (params.width * params.height);
  let plane = number * params.height * params.width;
  let value = x[i];
  // Window o contains y where o·stride − pad ≤ y < o·stride − pad + kernel.
  let y_last = min((y + params.pad_h) / params.stride_h, params.out_height - 1u);
  let x_last = min((z + params.pad_w) / params.stride_w, params.out_width - 1u);
  let y_first = (max(y + params.pad_h + 1u, params.kernel_h) - params.kernel_h + params.stride_h - 1u) / params.stride_h;
  let x_first = (max(z + params.pad_w + 1u, params.kernel_w) - params.kernel_w + params.stride_w - 1u) / params.stride_w;
  var total = 0.0;
  for (var oy = y_first; oy <= y_last; oy++) {
    for (var ox = x_first; ox <= x_last; ox++) {
      let o = (number * params.out_height + oy) * params.out_width + ox;
      if (out[o] == value && is_first(plane, y, z, oy, ox, value)) { total += d_out[o]; }
    }
  }
  dx[i] = epilogue(total, i);
}
