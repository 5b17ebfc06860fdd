// depthwise_grad_weight.wgsl for devices with many lanes: a workgroup takes up to 4·FOURS taps of one channel for one part,
// s·chunk … (s + 1)·chunk − 1, of the positions (n, oy, ox). Neighbouring lanes read neighbouring positions, each keeps a sum
// for every tap; then 8 lanes join those of one slot (4 taps, or with SUMS = 1 the sum of d_out).
const FOURS = 3u;
const SUMS = 0u;
const LANES = 64u;
const SHARES = 192u; // LANES · (FOURS + SUMS), at most 8 · LANES

struct Params {
  batch: u32, in_channels: u32, height: u32, width: u32, out_channels: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32, dilation_h: u32, dilation_w: u32,
  parts: u32, chunk: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> d_out: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> shares: array<vec4f, SHARES>;

fn side(value: f32, i: u32) {}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let i = id.x + id.y * groups.x;
  let taps = params.kernel_h * params.kernel_w;
  let chunks = (taps + 4u * FOURS - 1u) / (4u * FOURS);
  let first = i % chunks * 4u * FOURS;
  let o = i / chunks % params.out_channels;
  let part = i / (chunks * params.out_channels);
  if (part >= params.parts) { return; }
  let c = o / (params.out_channels / params.in_channels);
  var tap_y: array<vec4i, FOURS>;
  var tap_x: array<vec4i, FOURS>;
  var sums: array<vec4f, FOURS>;
  for (var q = 0u; q < FOURS; q++) {
    let k = min(vec4u(first + 4u * q) + vec4u(0u, 1u, 2u, 3u), vec4u(taps - 1u));
    tap_y[q] = vec4i(k / params.kernel_w * params.dilation_h) - i32(params.pad_h);
    tap_x[q] = vec4i(k % params.kernel_w * params.dilation_w) - i32(params.pad_w);
  }

  let positions = params.out_height * params.out_width;
  let end = min((part + 1u) * params.chunk, params.batch * positions);
  var d_sum = 0.0;
  for (var e = part * params.chunk + lane; e < end; e += LANES) {
    let n = e / positions;
    let p = e % positions;
    let d = d_out[(n * params.out_channels + o) * positions + p];
    let y0 = i32(p / params.out_width * params.stride_h);
    let x0 = i32(p % params.out_width * params.stride_w);
    let plane = (n * params.in_channels + c) * params.height * params.width;
    for (var q = 0u; q < FOURS; q++) {
      let iy = tap_y[q] + y0;
      let ix = tap_x[q] + x0;
      let inside = (iy >= vec4i()) & (iy < vec4i(i32(params.height))) & (ix >= vec4i()) & (ix < vec4i(i32(params.width)));
      let at = plane + select(vec4u(), vec4u(iy) * params.width + vec4u(ix), inside);
      sums[q] += d * select(vec4f(), vec4f(x[at.x], x[at.y], x[at.z], x[at.w]), inside);
    }
    if (SUMS == 1u) { d_sum += d; }
  }

  for (var q = 0u; q < FOURS; q++) { shares[q * LANES + lane] = sums[q]; }
  if (SUMS == 1u) { shares[FOURS * LANES + lane] = vec4f(d_sum); }
  workgroupBarrier();
  let slot = lane / 8u;
  let at = slot * LANES + lane % 8u;
  if (slot < FOURS + SUMS) {
    var share = vec4f();
    for (var l = 0u; l < LANES; l += 8u) { share += shares[at + l]; }
    shares[at] = share;
  }
  workgroupBarrier();
  if (lane >= FOURS + SUMS) { return; }
  var total = vec4f();
  for (var l = 0u; l < 8u; l++) { total += shares[lane * LANES + l]; }
  let to = part * params.out_channels + o;
  if (lane == FOURS) {
    if (first == 0u) { side(total.x, to); }
    return;
  }
  let k = first + 4u * lane;
  let count = min(4u, max(taps, k) - k);
  for (var j = 0u; j < count; j++) { partial[to * taps + k + j] = total[j]; }
}
