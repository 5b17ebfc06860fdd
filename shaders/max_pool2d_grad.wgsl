// The gradient of max_pool2d.wgsl: dx[i] = Σ d_out[o] over the windows o that have their first maximum at i, according to the
// codes. [N, C] is seen as one dimension of planes. One invocation per element of dx.
// @include window.wgsl

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let z = i % WIDTH;
  let y = i / WIDTH % HEIGHT;
  let number = i / (WIDTH * HEIGHT);
  let place = y * WIDTH + z;
  // Window o contains y where o·stride − pad ≤ y < o·stride − pad + kernel.
  let y_last = min((y + PAD_H) / STRIDE_H, OUT_HEIGHT - 1u);
  let x_last = min((z + PAD_W) / STRIDE_W, OUT_WIDTH - 1u);
  let y_first = (max(y + PAD_H + 1u, KERNEL_H) - KERNEL_H + STRIDE_H - 1u) / STRIDE_H;
  let x_first = (max(z + PAD_W + 1u, KERNEL_W) - KERNEL_W + STRIDE_W - 1u) / STRIDE_W;
  var total = 0.0;
  for (var oy = y_first; oy <= y_last; oy++) {
    for (var ox = x_first; ox <= x_last; ox++) {
      let o = (number * OUT_HEIGHT + oy) * OUT_WIDTH + ox;
      total += select(0.0, d_out[o], codes[o] == place);
    }
  }
  dx[i] = epilogue(total, i);
}
