// The partial sums of shaders/conv2d_grad_weight.wgsl as an implicit matrix product through workgroup memory, for devices with
// many lanes: partial[s,o,k] = Σ d_out[n,o,p] · x[n,c,y,x] over part s of the positions (n, p), k numbering (c, kh, kw).
// A workgroup of THREADS × THREADS makes TILE_M output channels of one group × TILE_N values of k for one part: DEPTH positions
// at a time go through workgroup memory, and an invocation keeps ROWS × COLUMNS sums. Part s has `part` positions from
// s · part on. With SUMS = 1 the partial sums of d_out itself, one for each output channel, come out on the side.
alias T = f32;
const THREADS = 8u;
const ROWS = 4u;
const COLUMNS = 4u; // a multiple of 4
const DEPTH = 16u;
const SUMS = 0u;

const TILE_M = THREADS * ROWS;
const TILE_N = THREADS * COLUMNS;
const INVOCATIONS = THREADS * THREADS;
const D_STRIDE = TILE_M + 4u; // so that neighbouring positions fall into different banks
const X_STRIDE = TILE_N + 4u;
const COLUMN_QUADS = COLUMNS / 4u;
const LOADED = DEPTH * TILE_N / INVOCATIONS; // elements of x that one invocation loads in a turn

struct Params {
  batch: u32, in_channels: u32, height: u32, width: u32, out_channels: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32, dilation_h: u32, dilation_w: u32,
  groups: u32, parts: u32, part: u32,
}

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> d_out: array<T>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn side(value: f32, i: u32) {}

var<workgroup> d_tile: array<f32, DEPTH * D_STRIDE>;
var<workgroup> x_tile: array<f32, DEPTH * X_STRIDE>;

@compute @workgroup_size(THREADS, THREADS)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32,
) {
  let taps = max(1u, params.kernel_h * params.kernel_w);
  let in_group = params.in_channels / max(1u, params.groups);
  let out_group = params.out_channels / max(1u, params.groups);
  let columns = in_group * taps;
  let channel_tiles = max(1u, (out_group + TILE_M - 1u) / TILE_M);
  let group = id.z / channel_tiles;
  let row0 = id.z % channel_tiles * TILE_M;
  let col0 = id.x * TILE_N;
  let plane = params.height * params.width;
  let positions = params.out_height * params.out_width;
  let first_p = id.y * params.part;
  let last_p = min(params.batch * positions, first_p + params.part);

  // Invocations of one row of the tile load neighbouring positions; which values of k they load is the same in every turn.
  var channel: array<u32, LOADED>;
  var tap_y: array<i32, LOADED>;
  var tap_x: array<i32, LOADED>;
  for (var j = 0u; j < LOADED; j++) {
    let k = min(col0 + (index + j * INVOCATIONS) / DEPTH, max(columns, 1u) - 1u);
    channel[j] = (group * in_group + k / taps) * plane;
    tap_y[j] = i32(k % taps / max(1u, params.kernel_w) * params.dilation_h) - i32(params.pad_h);
    tap_x[j] = i32(k % taps % max(1u, params.kernel_w) * params.dilation_w) - i32(params.pad_w);
  }

  var sums: array<array<vec4f, COLUMN_QUADS>, ROWS>;
  var row_sum: array<f32, ROWS>;
  for (var p0 = first_p; p0 < last_p; p0 += DEPTH) {
    let at = p0 + index % DEPTH;
    let within = at < last_p;
    let n = select(0u, at / positions, within);
    let p = select(0u, at % positions, within);
    let y0 = i32(p / params.out_width * params.stride_h);
    let x0 = i32(p % params.out_width * params.stride_w);
    for (var e = index; e < DEPTH * TILE_M; e += INVOCATIONS) {
      let r = row0 + e / DEPTH;
      let there = within && r < out_group;
      let source = (n * params.out_channels + group * out_group + r) * positions + p;
      d_tile[e % DEPTH * D_STRIDE + e / DEPTH] = select(0.0, f32(d_out[select(0u, source, there)]), there);
    }
    for (var j = 0u; j < LOADED; j++) {
      let e = index + j * INVOCATIONS;
      let y = y0 + tap_y[j];
      let z = x0 + tap_x[j];
      let there = within && u32(y) < params.height && u32(z) < params.width;
      let source = n * params.in_channels * plane + channel[j] + u32(y) * params.width + u32(z);
      x_tile[e % DEPTH * X_STRIDE + e / DEPTH] = select(0.0, f32(x[select(0u, source, there)]), there);
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      var right: array<vec4f, COLUMN_QUADS>;
      for (var q = 0u; q < COLUMN_QUADS; q++) {
        let t = k * X_STRIDE + (local.x + q * THREADS) * 4u;
        right[q] = vec4f(x_tile[t], x_tile[t + 1u], x_tile[t + 2u], x_tile[t + 3u]);
      }
      for (var r = 0u; r < ROWS; r++) {
        let left = d_tile[k * D_STRIDE + local.y * ROWS + r];
        for (var q = 0u; q < COLUMN_QUADS; q++) { sums[r][q] += left * right[q]; }
        if (SUMS == 1u) { row_sum[r] += left; }
      }
    }
    workgroupBarrier();
  }

  for (var r = 0u; r < ROWS; r++) {
    let row = row0 + local.y * ROWS + r;
    if (row >= out_group || id.y >= params.parts) { break; }
    let o = id.y * params.out_channels + group * out_group + row;
    if (SUMS == 1u && id.x == 0u && local.x == 0u) { side(row_sum[r], o); }
    for (var q = 0u; q < COLUMN_QUADS; q++) {
      for (var c = 0u; c < 4u; c++) {
        let k = col0 + (local.x + q * THREADS) * 4u + c;
        if (k < columns) { partial[o * columns + k] = sums[r][q][c]; }
      }
    }
  }
}
