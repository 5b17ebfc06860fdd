// out[n,o,p] = Σ w[o,c,kh,kw] · x[n,c,y,x], y = oy·stride_h − pad_h + kh·dilation_h, x likewise, zero outside of x; o and c in
// the same group. NCHW; p numbers the positions (oy, ox) of one picture. f32 throughout.
// An invocation makes 4 output channels of one group × 4 neighbouring positions: an implicit matrix product with 4 × 4
// register tiles, straight from storage. Where a tap falls is worked out once for all channels.
// @include conv2d_tile.wgsl
alias T = f32;
alias O = f32;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> w: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<O>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }
fn put(i: u32, value: f32) { out[i] = O(value); }

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) local: vec3u,
) {
  let tile = unfolded(id, groups);
  if (is_surplus(tile)) { return; }
  let gid = tile * vec3u(64u, 1u, 1u) + local;
  let positions = params.out_height * params.out_width;
  let tiles = (positions + 3u) / 4u;
  let n = gid.x / tiles;
  if (n >= params.batch) { return; }
  let p = vec4u(gid.x % tiles * 4u) + vec4u(0u, 1u, 2u, 3u);
  let p_inside = min(p, vec4u(positions - 1u));

  let in_group = params.in_channels / params.groups;
  let out_group = params.out_channels / params.groups;
  let channel_tiles = (out_group + 3u) / 4u;
  let group = gid.y / channel_tiles;
  let first = gid.y % channel_tiles * 4u;
  let o = vec4u(first) + vec4u(0u, 1u, 2u, 3u);
  let o_inside = group * out_group + min(o, vec4u(out_group - 1u));

  let taps = params.kernel_h * params.kernel_w;
  let plane = params.height * params.width;
  let picture = (n * params.in_channels + group * in_group) * plane;
  let y0 = vec4i(p_inside / params.out_width * params.stride_h) - i32(params.pad_h);
  let x0 = vec4i(p_inside % params.out_width * params.stride_w) - i32(params.pad_w);

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var tap = 0u; tap < taps; tap++) {
    let iy = y0 + i32(tap / params.kernel_w * params.dilation_h);
    let ix = x0 + i32(tap % params.kernel_w * params.dilation_w);
    let inside = (iy >= vec4i()) & (iy < vec4i(i32(params.height))) & (ix >= vec4i()) & (ix < vec4i(i32(params.width)));
    var x_at = picture + select(vec4u(), vec4u(iy) * params.width + vec4u(ix), inside);
    var w_at = o_inside * in_group * taps + tap;
    for (var c = 0u; c < in_group; c++) {
      let taken = select(vec4f(), vec4f(f32(x[x_at.x]), f32(x[x_at.y]), f32(x[x_at.z]), f32(x[x_at.w])), inside);
      sum0 += f32(w[w_at.x]) * taken;
      sum1 += f32(w[w_at.y]) * taken;
      sum2 += f32(w[w_at.z]) * taken;
      sum3 += f32(w[w_at.w]) * taken;
      x_at += plane;
      w_at += taps;
    }
  }

  let base = (n * params.out_channels + group * out_group + first) * positions;
  let channels = min(4u, out_group - first);
  let count = min(4u, positions - p.x);
  let channel = group * out_group + first;
  store_tile(base + p.x, positions, count, channel, channels, mat4x4f(sum0, sum1, sum2, sum3));
}
