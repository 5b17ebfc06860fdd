// dx[i] = Σ d_out[o] / (kernel_h · kernel_w) over the windows o that contain element i; with COUNT_PAD = 0 divided by how
// many elements of the window are inside. [N, C] is seen as one dimension of planes. One invocation per element of dx.
// @include inside.wgsl
// @include window.wgsl
const COUNT_PAD = 1u;

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let z = i % WIDTH;
  let y = i / WIDTH % HEIGHT;
  let number = i / (WIDTH * HEIGHT);
  // Window o contains y where o·stride − pad ≤ y < o·stride − pad + kernel.
  let y_last = min((y + PAD_H) / STRIDE_H, OUT_HEIGHT - 1u);
  let x_last = min((z + PAD_W) / STRIDE_W, OUT_WIDTH - 1u);
  let y_first = (max(y + PAD_H + 1u, KERNEL_H) - KERNEL_H + STRIDE_H - 1u) / STRIDE_H;
  let x_first = (max(z + PAD_W + 1u, KERNEL_W) - KERNEL_W + STRIDE_W - 1u) / STRIDE_W;
  var total = 0.0;
  for (var oy = y_first; oy <= y_last; oy++) {
    let rows = inside(i32(oy * STRIDE_H) - i32(PAD_H), KERNEL_H, HEIGHT);
    for (var ox = x_first; ox <= x_last; ox++) {
      let d = d_out[(number * OUT_HEIGHT + oy) * OUT_WIDTH + ox];
      if (COUNT_PAD == 1u) {
        total += d;
      } else {
        let columns = inside(i32(ox * STRIDE_W) - i32(PAD_W), KERNEL_W, WIDTH);
        total += d / f32(rows * columns);
      }
    }
  }
  dx[i] = select(total, total / f32(KERNEL_H * KERNEL_W), COUNT_PAD == 1u);
}
