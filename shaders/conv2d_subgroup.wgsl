enable subgroups;

// The sum of shaders/conv2d.wgsl, for devices on which a load costs far more than a shuffle between lanes.
// A workgroup is one subgroup and makes ROWS output channels of one group × LANES·COLUMNS positions, pictures following one
// another: lane l keeps positions l, l + LANES, … of every channel. Each weight is loaded by one lane and handed to the others
// by shuffle. UNROLL input channels are taken at a time, so that a sum is fetched and put back once for all of them.
// The taps and the places of the results in their picture are those of `correlations` in families/convolutions.ts.
// @include unfolded.wgsl
alias T = f32;
alias O = f32;
const ROWS = 16u; // a multiple of LANES
const COLUMNS = 8u;
const UNROLL = 2u; // divides the input channels of a group
const LANES = 8u; // the device's subgroup size
const SPREAD = 0u; // 1: the positions are not all of the picture, but every place_step-th

struct Params {
  batch: u32, in_group: u32, height: u32, width: u32, out_group: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32, dilation_h: u32, dilation_w: u32,
  groups: u32, w_group: u32, w_row: u32, w_channel: u32,
  tap: i32, tap_step_h: i32, tap_step_w: i32, place: u32, place_step_h: u32, place_step_w: u32, place_all: u32,
}

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> w: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<O>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }

// Where position p lies in its picture.
fn placed(p: u32) -> u32 {
  if (SPREAD == 0u) { return p; }
  return params.place + p / params.out_width * params.place_step_h + p % params.out_width * params.place_step_w;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32,
) {
  let tile = unfolded(id, groups);
  if (is_surplus(tile)) { return; }
  let positions = params.out_height * params.out_width;
  let channel_tiles = max(1u, (params.out_group + ROWS - 1u) / ROWS);
  let group = tile.y / channel_tiles;
  let first = tile.y % channel_tiles * ROWS;
  let taps = params.kernel_h * params.kernel_w;
  let plane = params.height * params.width;
  let all = params.batch * positions;
  let in_picture = params.groups * params.in_group * plane;
  let start = tile.x * LANES * COLUMNS + lane;

  var y0: array<i32, COLUMNS>;
  var x0: array<i32, COLUMNS>;
  var picture: array<u32, COLUMNS>;
  // @unroll
  for (var j = 0u; j < COLUMNS; j++) {
    let at = min(start + j * LANES, max(all, 1u) - 1u);
    let n = at / positions;
    let p = at % positions;
    picture[j] = n * in_picture + group * params.in_group * plane;
    y0[j] = i32(p / params.out_width * params.stride_h) - i32(params.pad_h);
    x0[j] = i32(p % params.out_width * params.stride_w) - i32(params.pad_w);
  }
  var w_row: array<u32, ROWS / LANES>;
  // @unroll
  for (var r = 0u; r < ROWS / LANES; r++) {
    w_row[r] = group * params.w_group + min(first + r * LANES + lane, max(params.out_group, 1u) - 1u) * params.w_row;
  }

  var sum: array<array<f32, COLUMNS>, ROWS>;
  for (var tap = 0u; tap < taps; tap++) {
    let shift_y = i32(tap / params.kernel_w * params.dilation_h);
    let shift_x = i32(tap % params.kernel_w * params.dilation_w);
    var x_at: array<u32, COLUMNS>;
    var mask: array<f32, COLUMNS>;
    // @unroll
    for (var j = 0u; j < COLUMNS; j++) {
      let iy = y0[j] + shift_y;
      let ix = x0[j] + shift_x;
      let inside = u32(iy) < params.height && u32(ix) < params.width;
      x_at[j] = picture[j] + select(0u, u32(iy) * params.width + u32(ix), inside);
      mask[j] = select(0.0, 1.0, inside);
    }
    var w_at: array<u32, ROWS / LANES>;
    let w_tap = u32(params.tap + i32(tap / params.kernel_w) * params.tap_step_h + i32(tap % params.kernel_w) * params.tap_step_w);
    // @unroll
    for (var r = 0u; r < ROWS / LANES; r++) { w_at[r] = w_row[r] + w_tap; }
    for (var c = 0u; c < params.in_group; c += UNROLL) {
      var taken: array<array<f32, COLUMNS>, UNROLL>;
      // @unroll
      for (var q = 0u; q < UNROLL; q++) {
        // @unroll
        for (var j = 0u; j < COLUMNS; j++) {
          taken[q][j] = f32(x[x_at[j] + q * plane]) * mask[j];
        }
      }
      // @unroll
      for (var j = 0u; j < COLUMNS; j++) { x_at[j] += UNROLL * plane; }
      // @unroll
      for (var r = 0u; r < ROWS / LANES; r++) {
        var mine: array<f32, UNROLL>;
        // @unroll
        for (var q = 0u; q < UNROLL; q++) { mine[q] = f32(w[w_at[r] + q * params.w_channel]); }
        w_at[r] += UNROLL * params.w_channel;
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

  var to: array<u32, COLUMNS>;
  // @unroll
  for (var j = 0u; j < COLUMNS; j++) {
    let at = min(start + j * LANES, max(all, 1u) - 1u);
    let picture_at = at / positions * params.groups * params.out_group + group * params.out_group + first;
    to[j] = picture_at * params.place_all + placed(at % positions);
  }
  // A bound of which the compiler does not know that it is small: it would unroll the loop, and take long.
  let last = max(first, min(first + ROWS, params.out_group));
  // @unroll ROWS
  for (var r = 0u; r < last - first; r++) {
    // All of a row before its first store: what they read in common is then read once.
    var made: array<f32, COLUMNS>;
    // @unroll
    for (var j = 0u; j < COLUMNS; j++) {
      made[j] = epilogue(sum[r][j], to[j] + r * params.place_all, group * params.out_group + first + r);
    }
    // @unroll
    for (var j = 0u; j < COLUMNS; j++) {
      if (start + j * LANES < all) { out[to[j] + r * params.place_all] = O(made[j]); }
    }
  }
}
