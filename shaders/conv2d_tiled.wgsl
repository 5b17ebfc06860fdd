// The sum of shaders/conv2d.wgsl as an implicit matrix product through workgroup memory, for devices with many lanes.
//   out[n,o,p] = Σ w[o,c,tap] · x[n,c,y,x],  y = oy·stride_h − pad_h + kh·dilation_h, x likewise; zero where y is outside of x.
// The taps and the places of the results in their picture are those of `correlations` in families/convolutions.ts: a
// convolution, or a part of its input gradient.
// A workgroup of THREADS × THREADS makes TILE_M output channels of one group × TILE_N positions, pictures following one
// another: for each tap, DEPTH input channels at a time go through workgroup memory; an invocation keeps ROWS × COLUMNS sums.
alias T = f32;
alias O = f32;
const THREADS = 16u;
const ROWS = 4u;
const COLUMNS = 4u; // a multiple of 4
const DEPTH = 16u;
const SPREAD = 0u; // 1: the positions are not all of the picture, but every place_step-th

const TILE_M = THREADS * ROWS;
const TILE_N = THREADS * COLUMNS; // divides INVOCATIONS, or is a multiple of it
const INVOCATIONS = THREADS * THREADS;
const W_STRIDE = TILE_M + 4u; // so that neighbouring k fall into different banks
const COLUMN_QUADS = COLUMNS / 4u;

struct Params {
  batch: u32, in_group: u32, height: u32, width: u32, out_group: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: i32, pad_w: i32, dilation_h: u32, dilation_w: u32,
  groups: u32, w_group: u32, w_row: u32, w_channel: u32,
  tap: i32, tap_step_h: i32, tap_step_w: i32, place: u32, place_step_h: u32, place_step_w: u32, place_all: u32,
}

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> w: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<O>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> w_tile: array<f32, DEPTH * W_STRIDE>;
var<workgroup> x_tile: array<f32, DEPTH * TILE_N>;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }

// Where position p lies in its picture.
fn placed(p: u32) -> u32 {
  if (SPREAD == 0u) { return p; }
  return params.place + p / params.out_width * params.place_step_h + p % params.out_width * params.place_step_w;
}

@compute @workgroup_size(THREADS, THREADS)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u,
  @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32,
) {
  let positions = max(1u, params.out_height * params.out_width);
  let all = params.batch * positions;
  let channel_tiles = max(1u, (params.out_group + TILE_M - 1u) / TILE_M);
  let group = id.y / channel_tiles;
  let row0 = id.y % channel_tiles * TILE_M;
  let col0 = (id.z * count.x + id.x) * TILE_N;
  let plane = params.height * params.width;
  let taps = params.kernel_h * params.kernel_w;

  // The position that this invocation loads: the same in every turn.
  let mine = min(col0 + index % TILE_N, max(all, 1u) - 1u);
  let picture = (mine / positions * params.groups + group) * params.in_group * plane;
  let y0 = i32(mine % positions / max(1u, params.out_width) * params.stride_h) - params.pad_h;
  let x0 = i32(mine % positions % max(1u, params.out_width) * params.stride_w) - params.pad_w;

  var sums: array<array<vec4f, COLUMN_QUADS>, ROWS>;
  for (var tap = 0u; tap < taps; tap++) {
    let y = y0 + i32(tap / params.kernel_w * params.dilation_h);
    let z = x0 + i32(tap % params.kernel_w * params.dilation_w);
    let inside = u32(y) < params.height && u32(z) < params.width;
    let x_at = picture + select(0u, u32(y) * params.width + u32(z), inside);
    let w_tap = group * params.w_group
      + u32(params.tap + i32(tap / params.kernel_w) * params.tap_step_h + i32(tap % params.kernel_w) * params.tap_step_w);
    for (var c0 = 0u; c0 < params.in_group; c0 += DEPTH) {
      for (var e = index; e < DEPTH * TILE_M; e += INVOCATIONS) {
        let c = c0 + e % DEPTH;
        let r = row0 + e / DEPTH;
        let within = c < params.in_group && r < params.out_group;
        w_tile[e % DEPTH * W_STRIDE + e / DEPTH] =
          select(0.0, f32(w[select(0u, w_tap + r * params.w_row + c * params.w_channel, within)]), within);
      }
      for (var e = index; e < DEPTH * TILE_N; e += INVOCATIONS) {
        let c = c0 + e / TILE_N;
        let within = inside && c < params.in_group;
        x_tile[e] = select(0.0, f32(x[select(0u, x_at + c * plane, within)]), within);
      }
      workgroupBarrier();
      for (var k = 0u; k < DEPTH; k++) {
        var right: array<vec4f, COLUMN_QUADS>;
        for (var q = 0u; q < COLUMN_QUADS; q++) {
          let at = k * TILE_N + (local.x + q * THREADS) * 4u;
          right[q] = vec4f(x_tile[at], x_tile[at + 1u], x_tile[at + 2u], x_tile[at + 3u]);
        }
        for (var r = 0u; r < ROWS; r++) {
          let left = w_tile[k * W_STRIDE + local.y * ROWS + r];
          for (var q = 0u; q < COLUMN_QUADS; q++) { sums[r][q] += left * right[q]; }
        }
      }
      workgroupBarrier();
    }
  }

  let out_channels = params.groups * params.out_group;
  for (var q = 0u; q < COLUMN_QUADS; q++) {
    for (var c = 0u; c < 4u; c++) {
      let at = col0 + (local.x + q * THREADS) * 4u + c;
      if (at >= all) { break; }
      let first = group * params.out_group + row0 + local.y * ROWS;
      let base = (at / positions * out_channels + first) * params.place_all + placed(at % positions);
      for (var r = 0u; r < ROWS; r++) {
        if (row0 + local.y * ROWS + r < params.out_group) {
          let to = base + r * params.place_all;
          out[to] = O(epilogue(sums[r][q][c], to, first + r));
        }
      }
    }
  }
}
