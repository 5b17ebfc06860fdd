// The gradient of depthwise.wgsl for w: partial[s,o,k] = Σ d_out[n,o,oy,ox] · x[n,c,y,x] over part s of the rows (n, oy), where
// k numbers the taps (kh, kw). Row r belongs to part r mod parts; a reduction over s follows. With SUMS = 1 the partial
// sums of d_out itself are written too. An invocation makes 4 taps of one channel, for one part.
const SUMS = 0u;

struct Params {
  batch: u32, in_channels: u32, height: u32, width: u32, out_channels: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32, dilation_h: u32, dilation_w: u32,
  parts: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> d_out: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn side(value: f32, i: u32) {}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  let taps = params.kernel_h * params.kernel_w;
  let fours = (taps + 3u) / 4u;
  let first = i % fours * 4u;
  let o = i / fours % params.out_channels;
  let part = i / (fours * params.out_channels);
  if (part >= params.parts) { return; }
  let c = o / (params.out_channels / params.in_channels);
  let k = min(vec4u(first) + vec4u(0u, 1u, 2u, 3u), vec4u(taps - 1u));
  let tap_y = vec4i(k / params.kernel_w * params.dilation_h) - i32(params.pad_h);
  let tap_x = vec4i(k % params.kernel_w * params.dilation_w) - i32(params.pad_w);

  var sum = vec4f();
  var d_sum = 0.0;
  for (var row = part; row < params.batch * params.out_height; row += params.parts) {
    let n = row / params.out_height;
    let oy = row % params.out_height;
    let iy = tap_y + i32(oy * params.stride_h);
    let row_inside = (iy >= vec4i()) & (iy < vec4i(i32(params.height)));
    let plane = (n * params.in_channels + c) * params.height;
    let x_row = (vec4u(plane) + select(vec4u(), vec4u(iy), row_inside)) * params.width;
    var d_at = ((n * params.out_channels + o) * params.out_height + oy) * params.out_width;
    var ix = tap_x;
    for (var ox = 0u; ox < params.out_width; ox++) {
      let inside = row_inside & (ix >= vec4i()) & (ix < vec4i(i32(params.width)));
      let at = x_row + select(vec4u(), vec4u(ix), inside);
      let d = d_out[d_at];
      sum += d * select(vec4f(), vec4f(x[at.x], x[at.y], x[at.z], x[at.w]), inside);
      if (SUMS == 1u) { d_sum += d; }
      d_at += 1u;
      ix += i32(params.stride_w);
    }
  }

  let to = part * params.out_channels + o;
  let count = min(4u, taps - first);
  for (var j = 0u; j < count; j++) { partial[to * taps + first + j] = sum[j]; }
  if (SUMS == 1u && first == 0u) { side(d_sum, to); }
}
