// out[n,c,oy,ox] = max of x over the window of kernel_h × kernel_w that starts at (oy·stride_h − pad_h, ox·stride_w − pad_w);
// what lies outside of x does not count. [N, C] is seen as one dimension of planes. One invocation per element of out.
// With CODES = 1 the place of each window's first maximum (in row-major order) in its plane is written too.
// @include window.wgsl
const CODES = 0u;

struct Params { len: u32, least: u32 } // least: bits of −∞

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<storage, read_write> codes: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let ox = i % OUT_WIDTH;
  let oy = i / OUT_WIDTH % OUT_HEIGHT;
  let plane = i / (OUT_WIDTH * OUT_HEIGHT) * HEIGHT * WIDTH;
  let y0 = i32(oy * STRIDE_H) - i32(PAD_H);
  let x0 = i32(ox * STRIDE_W) - i32(PAD_W);
  let y_end = u32(min(y0 + i32(KERNEL_H), i32(HEIGHT)));
  let x_end = u32(min(x0 + i32(KERNEL_W), i32(WIDTH)));
  var largest = bitcast<f32>(params.least);
  var place = u32(max(y0, 0)) * WIDTH + u32(max(x0, 0)); // no window is of padding alone
  for (var y = u32(max(y0, 0)); y < y_end; y++) {
    for (var z = u32(max(x0, 0)); z < x_end; z++) {
      let value = x[plane + y * WIDTH + z];
      place = select(place, y * WIDTH + z, value > largest);
      largest = max(largest, value);
    }
  }
  out[i] = largest;
  if (CODES == 1u) { codes[i] = place; }
}
