// dx[n,c,y,x] = Σ w[o,c,kh,kw] · d_out[n,o,oy,ox] over the outputs that read x[n,c,y,x] through tap (kh, kw):
// oy·stride_h = y + pad_h − kh·dilation_h, ox likewise; o and c in the same group. NCHW, f32 throughout.
// An invocation makes 4 input channels of one group × 4 neighbouring positions (y, x), as shaders/conv2d.wgsl does for out.
// @include conv2d_tile.wgsl
alias T = f32;
alias O = f32;

@group(0) @binding(0) var<storage, read> d_out: array<T>;
@group(0) @binding(1) var<storage, read> w: array<T>;
@group(0) @binding(2) var<storage, read_write> dx: array<O>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }
fn put(i: u32, value: f32) { dx[i] = O(value); }

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) local: vec3u,
) {
  let tile = unfolded(id, groups);
  if (is_surplus(tile)) { return; }
  let gid = tile * vec3u(64u, 1u, 1u) + local;
  let positions = params.height * params.width;
  let tiles = (positions + 3u) / 4u;
  let n = gid.x / tiles;
  if (n >= params.batch) { return; }
  let p = vec4u(gid.x % tiles * 4u) + vec4u(0u, 1u, 2u, 3u);
  let p_inside = min(p, vec4u(positions - 1u));

  let in_group = params.in_channels / params.groups;
  let out_group = params.out_channels / params.groups;
  let channel_tiles = (in_group + 3u) / 4u;
  let group = gid.y / channel_tiles;
  let first = gid.y % channel_tiles * 4u;
  let c_inside = min(vec4u(first) + vec4u(0u, 1u, 2u, 3u), vec4u(in_group - 1u));

  let taps = params.kernel_h * params.kernel_w;
  let plane = params.out_height * params.out_width;
  let picture = (n * params.out_channels + group * out_group) * plane;
  let y0 = vec4i(p_inside / params.width) + i32(params.pad_h);
  let x0 = vec4i(p_inside % params.width) + i32(params.pad_w);
  let stride_h = vec4i(i32(params.stride_h));
  let stride_w = vec4i(i32(params.stride_w));

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var tap = 0u; tap < taps; tap++) {
    let ty = y0 - i32(tap / params.kernel_w * params.dilation_h);
    let tx = x0 - i32(tap % params.kernel_w * params.dilation_w);
    let oy = ty / stride_h;
    let ox = tx / stride_w;
    let meets = (oy * stride_h == ty) & (ox * stride_w == tx);
    let inside = meets & (ty >= vec4i()) & (tx >= vec4i())
      & (oy < vec4i(i32(params.out_height))) & (ox < vec4i(i32(params.out_width)));
    var d_at = picture + select(vec4u(), vec4u(oy) * params.out_width + vec4u(ox), inside);
    var w_at = (group * out_group * in_group + c_inside) * taps + tap;
    for (var o = 0u; o < out_group; o++) {
      let taken = select(vec4f(), vec4f(f32(d_out[d_at.x]), f32(d_out[d_at.y]), f32(d_out[d_at.z]), f32(d_out[d_at.w])), inside);
      sum0 += f32(w[w_at.x]) * taken;
      sum1 += f32(w[w_at.y]) * taken;
      sum2 += f32(w[w_at.z]) * taken;
      sum3 += f32(w[w_at.w]) * taken;
      d_at += plane;
      w_at += in_group * taps;
    }
  }

  let base = (n * params.in_channels + group * in_group + first) * positions;
  let channels = min(4u, in_group - first);
  let count = min(4u, positions - p.x);
  let channel = group * in_group + first;
  store_tile(base + p.x, positions, count, channel, channels, mat4x4f(sum0, sum1, sum2, sum3));
}
