// partial[s,o,k] = Σ d_out[n,o,oy,ox] · x[n,c,y,x] over part s of the rows (n, oy), where k numbers (c, kh, kw) and
// y = oy·stride_h − pad_h + kh·dilation_h, x likewise. Row r = n·out_height + oy belongs to part r mod parts; a reduction
// over s follows. NCHW, f32 throughout.
// An invocation makes 4 output channels of one group × 4 values of k, for one part. With SUMS = 1 the partial sums of d_out
// itself, one for each output channel, are written too: the bias gradient.
// @include unfolded.wgsl
alias T = f32;
const SUMS = 0u;

struct Params {
  batch: u32, in_channels: u32, height: u32, width: u32, out_channels: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32, dilation_h: u32, dilation_w: u32,
  groups: u32, parts: u32,
}

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> d_out: array<T>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn side(value: f32, i: u32) {}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) local: vec3u,
) {
  let tile = unfolded(id, groups);
  if (is_surplus(tile)) { return; }
  let gid = tile * vec3u(8u, 8u, 1u) + local;
  let taps = params.kernel_h * params.kernel_w;
  let in_group = params.in_channels / params.groups;
  let out_group = params.out_channels / params.groups;
  let columns = in_group * taps;
  let first_k = gid.x * 4u;
  let channel_tiles = (out_group + 3u) / 4u;
  let group = gid.z / max(1u, channel_tiles);
  if (first_k >= columns || gid.y >= params.parts || group >= params.groups) { return; }
  let first = gid.z % channel_tiles * 4u;
  let o_inside = group * out_group + min(vec4u(first) + vec4u(0u, 1u, 2u, 3u), vec4u(out_group - 1u));
  let k = min(vec4u(first_k) + vec4u(0u, 1u, 2u, 3u), vec4u(columns - 1u));

  let plane = params.height * params.width;
  let out_plane = params.out_height * params.out_width;
  let channel = group * in_group + k / taps;
  let tap_y = vec4i(k % taps / params.kernel_w * params.dilation_h) - i32(params.pad_h);
  let tap_x = vec4i(k % taps % params.kernel_w * params.dilation_w) - i32(params.pad_w);

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  var row_sum = vec4f();
  for (var row = gid.y; row < params.batch * params.out_height; row += params.parts) {
    let n = row / params.out_height;
    let oy = row % params.out_height;
    let iy = tap_y + i32(oy * params.stride_h);
    let row_inside = (iy >= vec4i()) & (iy < vec4i(i32(params.height)));
    let x_row = (n * params.in_channels + channel) * plane + select(vec4u(), vec4u(iy), row_inside) * params.width;
    var d_at = (n * params.out_channels + o_inside) * out_plane + oy * params.out_width;
    var ix = tap_x;
    for (var ox = 0u; ox < params.out_width; ox++) {
      let inside = row_inside & (ix >= vec4i()) & (ix < vec4i(i32(params.width)));
      let at = x_row + select(vec4u(), vec4u(ix), inside);
      let taken = select(vec4f(), vec4f(f32(x[at.x]), f32(x[at.y]), f32(x[at.z]), f32(x[at.w])), inside);
      let d = vec4f(f32(d_out[d_at.x]), f32(d_out[d_at.y]), f32(d_out[d_at.z]), f32(d_out[d_at.w]));
      sum0 += d.x * taken;
      sum1 += d.y * taken;
      sum2 += d.z * taken;
      sum3 += d.w * taken;
      if (SUMS == 1u) { row_sum += d; }
      d_at += vec4u(1u);
      ix += i32(params.stride_w);
    }
  }

  let base = (gid.y * params.out_channels + group * out_group + first) * columns + first_k;
  let channels = min(4u, out_group - first);
  let count = min(4u, columns - first_k);
  store(base, count, sum0);
  if (channels > 1u) { store(base + columns, count, sum1); }
  if (channels > 2u) { store(base + 2u * columns, count, sum2); }
  if (channels > 3u) { store(base + 3u * columns, count, sum3); }
  if (SUMS == 1u && gid.x == 0u) {
    let i = gid.y * params.out_channels + group * out_group + first;
    for (var c = 0u; c < channels; c++) { side(row_sum[c], i + c); }
  }
}

fn store(at: u32, count: u32, values: vec4f) {
  partial[at] = values.x;
  if (count > 1u) { partial[at + 1u] = values.y; }
  if (count > 2u) { partial[at + 2u] = values.z; }
  if (count > 3u) { partial[at + 3u] = values.w; }
}
