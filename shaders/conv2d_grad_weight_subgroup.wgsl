enable subgroups;

// The partial sums of shaders/conv2d_grad_weight.wgsl, for devices on which a load costs far more than a shuffle.
// A workgroup is one subgroup and makes ROWS output channels of one group × LANES·COLUMNS values of k for one part of the
// rows: lane l keeps k = l, l + LANES, …. Each element of d_out is loaded by one lane and handed to the others by shuffle.
// With SUMS = 1 the partial sums of d_out itself, one for each output channel, are written too: the bias gradient.
// UNROLL positions of a row are taken at a time, so that a sum is fetched and put back once for all of them.
// @include unfolded.wgsl
alias T = f32;
const ROWS = 16u; // a multiple of LANES
const COLUMNS = 6u;
const SUMS = 0u;
const UNROLL = 2u; // divides the width of d_out
const LANES = 8u; // the device's subgroup size

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

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32,
) {
  let tile = unfolded(id, groups);
  if (is_surplus(tile)) { return; }
  let taps = params.kernel_h * params.kernel_w;
  let in_group = params.in_channels / params.groups;
  let out_group = params.out_channels / params.groups;
  let columns = in_group * taps;
  let channel_tiles = max(1u, (out_group + ROWS - 1u) / ROWS);
  let group = tile.z / channel_tiles;
  let first = tile.z % channel_tiles * ROWS;
  let start = tile.x * LANES * COLUMNS + lane;
  let plane = params.height * params.width;
  let out_plane = params.out_height * params.out_width;

  var channel: array<u32, COLUMNS>;
  var tap_y: array<i32, COLUMNS>;
  var tap_x: array<i32, COLUMNS>;
  // @unroll
  for (var j = 0u; j < COLUMNS; j++) {
    let k = min(start + j * LANES, max(columns, 1u) - 1u);
    channel[j] = (group * in_group + k / taps) * plane;
    tap_y[j] = i32(k % taps / params.kernel_w * params.dilation_h) - i32(params.pad_h);
    tap_x[j] = i32(k % taps % params.kernel_w * params.dilation_w) - i32(params.pad_w);
  }
  var d_row: array<u32, ROWS / LANES>;
  // @unroll
  for (var r = 0u; r < ROWS / LANES; r++) {
    d_row[r] = (group * out_group + min(first + r * LANES + lane, max(out_group, 1u) - 1u)) * out_plane;
  }

  var sum: array<array<f32, COLUMNS>, ROWS>;
  var row_sum: array<f32, ROWS / LANES>;
  for (var row = tile.y; row < params.batch * params.out_height; row += max(1u, params.parts)) {
    let n = row / params.out_height;
    let oy = row % params.out_height;
    var x_row: array<u32, COLUMNS>;
    var row_mask: array<f32, COLUMNS>;
    var ix: array<i32, COLUMNS>;
    // @unroll
    for (var j = 0u; j < COLUMNS; j++) {
      let iy = tap_y[j] + i32(oy * params.stride_h);
      let inside = u32(iy) < params.height;
      x_row[j] = n * params.in_channels * plane + channel[j] + select(0u, u32(iy), inside) * params.width;
      row_mask[j] = select(0.0, 1.0, inside);
      ix[j] = tap_x[j];
    }
    var d_at: array<u32, ROWS / LANES>;
    // @unroll
    for (var r = 0u; r < ROWS / LANES; r++) {
      d_at[r] = n * params.out_channels * out_plane + d_row[r] + oy * params.out_width;
    }
    for (var ox = 0u; ox < params.out_width; ox += UNROLL) {
      var taken: array<array<f32, COLUMNS>, UNROLL>;
      // @unroll
      for (var q = 0u; q < UNROLL; q++) {
        // @unroll
        for (var j = 0u; j < COLUMNS; j++) {
          let at = ix[j] + i32(q * params.stride_w);
          let inside = u32(at) < params.width;
          taken[q][j] = f32(x[x_row[j] + select(0u, u32(at), inside)]) * select(0.0, row_mask[j], inside);
        }
      }
      // @unroll
      for (var j = 0u; j < COLUMNS; j++) { ix[j] += i32(UNROLL * params.stride_w); }
      // @unroll
      for (var r = 0u; r < ROWS / LANES; r++) {
        var mine: array<f32, UNROLL>;
        // @unroll
        for (var q = 0u; q < UNROLL; q++) { mine[q] = f32(d_out[d_at[r] + q]); }
        // @unroll
        for (var q = 0u; q < UNROLL; q++) { row_sum[r] += select(0.0, mine[q], SUMS == 1u); }
        d_at[r] += UNROLL;
        // @unroll
        for (var i = 0u; i < LANES; i++) {
          // @unroll
          for (var q = 0u; q < UNROLL; q++) {
            let theirs = subgroupShuffle(mine[q], i);
            // @unroll
            for (var j = 0u; j < COLUMNS; j++) { sum[r * LANES + i][j] += theirs * taken[q][j]; }
          }
        }
      }
    }
  }

  if (SUMS == 1u && tile.x == 0u) {
    // @unroll
    for (var r = 0u; r < ROWS / LANES; r++) {
      let o = first + r * LANES + lane;
      if (o < out_group) { side(row_sum[r], tile.y * params.out_channels + group * out_group + o); }
    }
  }
  let base = (tile.y * params.out_channels + group * out_group + first) * columns;
  // A choice among registers instead of places that store for each row, see matmul_subgroup.wgsl.
  let rows = min(ROWS, out_group - min(out_group, first));
  for (var r = 0u; r < rows; r++) {
    var made = array<f32, COLUMNS>();
    // @unroll
    for (var n = 0u; n < ROWS; n++) {
      // @unroll
      for (var j = 0u; j < COLUMNS; j++) { made[j] = select(made[j], sum[n][j], n == r); }
    }
    // @unroll
    for (var j = 0u; j < COLUMNS; j++) {
      let k = start + j * LANES;
      if (k < columns) { partial[base + r * columns + k] = made[j]; }
    }
  }
}
