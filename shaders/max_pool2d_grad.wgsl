// dx[i] = Σ d_out[o] over the windows o whose first maximum (in row-major order) is x[i]. Nothing is remembered from the
// forward pass: an element equal to out[o] asks whether an equal one comes before it in the window.
// [N, C] is seen as one dimension of planes. One invocation per element of dx.
// Sizes are constants: dividing by what is not known costs more than all the rest.
const HEIGHT = 1u;
const WIDTH = 1u;
const OUT_HEIGHT = 1u;
const OUT_WIDTH = 1u;
const KERNEL_H = 1u;
const KERNEL_W = 1u;
const STRIDE_H = 1u;
const STRIDE_W = 1u;
const PAD_H = 0u;
const PAD_W = 0u;

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> out: array<f32>;
@group(0) @binding(2) var<storage, read> d_out: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

// Whether x at (y, z) is the first of the window's elements that equal its maximum.
fn is_first(plane: u32, y: u32, z: u32, oy: u32, ox: u32, largest: f32) -> bool {
  let y_start = u32(max(i32(oy * STRIDE_H) - i32(PAD_H), 0));
  let x0 = i32(ox * STRIDE_W) - i32(PAD_W);
  let x_start = u32(max(x0, 0));
  let x_end = u32(min(x0 + i32(KERNEL_W), i32(WIDTH)));
  for (var a = y_start; a <= y; a++) {
    let end = select(x_end, z, a == y);
    for (var b = x_start; b < end; b++) {
      if (x[plane + a * WIDTH + b] == largest) { return false; }
    }
  }
  return true;
}

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let z = i % WIDTH;
  let y = i / WIDTH % HEIGHT;
  let number = i / (WIDTH * HEIGHT);
  let plane = number * HEIGHT * WIDTH;
  let value = x[i];
  // Window o contains y where o·stride − pad ≤ y < o·stride − pad + kernel.
  let y_last = min((y + PAD_H) / STRIDE_H, OUT_HEIGHT - 1u);
  let x_last = min((z + PAD_W) / STRIDE_W, OUT_WIDTH - 1u);
  let y_first = (max(y + PAD_H + 1u, KERNEL_H) - KERNEL_H + STRIDE_H - 1u) / STRIDE_H;
  let x_first = (max(z + PAD_W + 1u, KERNEL_W) - KERNEL_W + STRIDE_W - 1u) / STRIDE_W;
  var total = 0.0;
  for (var oy = y_first; oy <= y_last; oy++) {
    for (var ox = x_first; ox <= x_last; ox++) {
      let o = (number * OUT_HEIGHT + oy) * OUT_WIDTH + ox;
      if (out[o] == value && is_first(plane, y, z, oy, ox, value)) { total += d_out[o]; }
    }
  }
  dx[i] = epilogue(total, i);
}
