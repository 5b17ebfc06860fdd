// The sum of shaders/conv2d.wgsl as an implicit matrix product through workgroup memory, for devices with many lanes.
//   out[n,o,p] = Σ w[o,c,tap] · x[n,c,y,x],  y = oy·stride_h − pad_h + kh·dilation_h, x likewise; zero where y is outside of x.
// The taps and the places of the results in their picture are those of `correlations` in families/convolutions.ts: a
// convolution, or a part of its input gradient.
// A workgroup of THREADS_X × THREADS_Y makes TILE_M output channels of one group × TILE_N positions, pictures following one
// another; an invocation keeps ROWS × COLUMNS sums. DEPTH terms of the sums at a time go through workgroup memory, in fours that
// lie in a vec4: four input channels of one tap, or with FLAT = 1, for few input channels, four of all the terms (c, tap) in a
// row. While a tile is used the next one is on its way from storage into registers.
// @include tile_of_terms.wgsl
// @include unfolded.wgsl
alias T = f32;
alias O = f32;
const THREADS_X = 16u;
const THREADS_Y = 16u;
const ROWS = 4u;
const COLUMNS = 4u; // a multiple of 4
const DEPTH = 16u; // 8, 16 or 32
const WRITTEN = 2u; // fours used in a stretch of the innermost loop, whose bound is unknown to the compiler, or it would unroll it
const SPREAD = 0u; // 1: the positions are not all of the picture, but every place_step-th
const FLAT = 0u;
const WHOLE = 0u; // 1: the input channels of a group are a multiple of 4

const QUADS = DEPTH / 4u;
const TILE_M = THREADS_Y * ROWS;
const TILE_N = THREADS_X * COLUMNS; // divides INVOCATIONS
const INVOCATIONS = THREADS_X * THREADS_Y;
const W_LOADS = TILE_M * QUADS / INVOCATIONS; // vec4s that an invocation loads in a turn
const X_LOADS = TILE_N * QUADS / INVOCATIONS;
const W_ROWS = INVOCATIONS / QUADS; // rows of w from one such vec4 to the next, a multiple of 8
const X_QUADS = INVOCATIONS / TILE_N;

struct Params {
  batch: u32, in_group: u32, height: u32, width: u32, out_group: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: i32, pad_w: i32, dilation_h: u32, dilation_w: u32,
  groups: u32, w_group: u32, w_row: u32, w_channel: u32,
  tap: i32, tap_step_h: i32, tap_step_w: i32, place: u32, place_step_h: u32, place_step_w: u32, place_all: u32,
  stretches: u32,
}

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> w: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<O>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> left_tile: array<vec4f, QUADS * TILE_M>;
var<workgroup> x_tile: array<vec4f, QUADS * TILE_N>;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }

// Where position p lies in its picture.
fn placed(p: u32) -> u32 {
  if (SPREAD == 0u) { return p; }
  return params.place + p / params.out_width * params.place_step_h + p % params.out_width * params.place_step_w;
}

// Number i as (i / taps, kh, kw).
fn digits(i: u32) -> vec3u {
  let kernel_w = max(1u, params.kernel_w);
  let taps = max(1u, params.kernel_h * params.kernel_w);
  return vec3u(i / taps, i % taps / kernel_w, i % taps % kernel_w);
}

// The sum of two such numbers, without a division.
fn stepped(from_: vec3u, by: vec3u) -> vec3u {
  var to = from_ + by;
  if (to.z >= params.kernel_w) { to += vec3u(0u, 1u, 0u) - vec3u(0u, 0u, params.kernel_w); }
  if (to.y >= params.kernel_h) { to += vec3u(1u, 0u, 0u) - vec3u(0u, params.kernel_h, 0u); }
  return to;
}

// Where the weight of the tap in `at` lies among those of one channel.
fn tap_of(at: vec3u) -> u32 {
  return u32(params.tap + i32(at.y) * params.tap_step_h + i32(at.z) * params.tap_step_w);
}

@compute @workgroup_size(THREADS_X, THREADS_Y)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let tile = unfolded(id, groups);
  if (is_surplus(tile)) { return; }
  let place = place_of(index);
  let positions = max(1u, params.out_height * params.out_width);
  let all = params.batch * positions;
  let channel_tiles = max(1u, (params.out_group + TILE_M - 1u) / TILE_M);
  let group = tile.y / channel_tiles;
  let row0 = tile.y % channel_tiles * TILE_M;
  let col0 = tile.x * TILE_N;
  let plane = params.height * params.width;
  let taps = params.kernel_h * params.kernel_w;
  let terms = params.in_group * taps;
  let quads = select((params.in_group + 3u) / 4u * taps, (terms + 3u) / 4u, FLAT == 1u);
  let turns = (quads + QUADS - 1u) / QUADS;

  // The position and the rows of w that this invocation loads: the same in every turn. Eight neighbours load the same four of
  // eight rows, which they store to different banks.
  let mine = min(col0 + index % TILE_N, max(all, 1u) - 1u);
  let picture = (mine / positions * params.groups + group) * params.in_group * plane;
  let y0 = i32(mine % positions / max(1u, params.out_width) * params.stride_h) - params.pad_h;
  let x0 = i32(mine % positions % max(1u, params.out_width) * params.stride_w) - params.pad_w;
  let line = index / (8u * QUADS) * 8u + index % 8u;
  let quad = index / 8u % QUADS;
  let w_row0 = row0 + line;
  let w_base = group * params.w_group + w_row0 * params.w_row;

  // The fours of terms that it loads: (channels / 4, kh, kw) or, if flat, that of the first term.
  let unit = select(1u, 4u, FLAT == 1u);
  let step = digits(QUADS * unit);
  let between = digits(X_QUADS * unit);
  var w_at = digits(quad * unit);
  var x_at = digits(index / TILE_N * unit);

  var w_held: array<vec4<T>, W_LOADS>;
  var x_held: array<vec4<T>, X_LOADS>;
  var sums: Sums;
  for (var turn = 0u; turn <= turns; turn++) {
    if (turn < turns) {
      if (FLAT == 1u) {
        var at = w_at;
        for (var j = 0u; j < W_LOADS; j++) { w_held[j] = vec4<T>(); }
        for (var c = 0u; c < 4u; c++) {
          let source = w_base + at.x * params.w_channel + tap_of(at);
          for (var j = 0u; j < W_LOADS; j++) {
            if (at.x < params.in_group && w_row0 + j * W_ROWS < params.out_group) {
              w_held[j][c] = w[source + j * W_ROWS * params.w_row];
            }
          }
          at = stepped(at, vec3u(0u, 0u, 1u));
        }
        for (var j = 0u; j < X_LOADS; j++) {
          at = x_at;
          x_at = stepped(x_at, between);
          x_held[j] = vec4<T>();
          for (var c = 0u; c < 4u; c++) {
            let y = u32(y0 + i32(at.y * params.dilation_h));
            let z = u32(x0 + i32(at.z * params.dilation_w));
            if (at.x < params.in_group && y < params.height && z < params.width) {
              x_held[j][c] = x[picture + at.x * plane + y * params.width + z];
            }
            at = stepped(at, vec3u(0u, 0u, 1u));
          }
        }
      } else {
        let c = w_at.x * 4u;
        let source = w_base + c * params.w_channel + tap_of(w_at);
        for (var j = 0u; j < W_LOADS; j++) {
          w_held[j] = vec4<T>();
          if (c < params.in_group && w_row0 + j * W_ROWS < params.out_group) {
            let at = source + j * W_ROWS * params.w_row;
            w_held[j].x = w[at];
            if (WHOLE == 1u || c + 1u < params.in_group) { w_held[j].y = w[at + params.w_channel]; }
            if (WHOLE == 1u || c + 2u < params.in_group) { w_held[j].z = w[at + 2u * params.w_channel]; }
            if (WHOLE == 1u || c + 3u < params.in_group) { w_held[j].w = w[at + 3u * params.w_channel]; }
          }
        }
        for (var j = 0u; j < X_LOADS; j++) {
          x_held[j] = vec4<T>();
          let c = x_at.x * 4u;
          let y = u32(y0 + i32(x_at.y * params.dilation_h));
          let z = u32(x0 + i32(x_at.z * params.dilation_w));
          x_at = stepped(x_at, between);
          if (c < params.in_group && y < params.height && z < params.width) {
            let at = picture + c * plane + y * params.width + z;
            x_held[j].x = x[at];
            if (WHOLE == 1u || c + 1u < params.in_group) { x_held[j].y = x[at + plane]; }
            if (WHOLE == 1u || c + 2u < params.in_group) { x_held[j].z = x[at + 2u * plane]; }
            if (WHOLE == 1u || c + 3u < params.in_group) { x_held[j].w = x[at + 3u * plane]; }
          }
        }
      }
      w_at = stepped(w_at, step);
    }
    if (turn > 0u) {
      add_tile(&sums, place);
    }
    workgroupBarrier();
    if (turn < turns) {
      for (var j = 0u; j < W_LOADS; j++) { left_tile[quad * TILE_M + line + j * W_ROWS] = vec4f(w_held[j]); }
      for (var j = 0u; j < X_LOADS; j++) { x_tile[index + j * INVOCATIONS] = vec4f(x_held[j]); }
    }
    workgroupBarrier();
  }

  let out_channels = params.groups * params.out_group;
  for (var q = 0u; q < COLUMN_QUADS; q++) {
    for (var c = 0u; c < 4u; c++) {
      let at = col0 + place.x + (q * 4u + c) * THREADS_X;
      if (at < all) {
        let first = group * params.out_group + row0 + place.y;
        let base = (at / positions * out_channels + first) * params.place_all + placed(at % positions);
        for (var r = 0u; r < ROWS; r++) {
          if (row0 + place.y + r * THREADS_Y < params.out_group) {
            let to = base + r * THREADS_Y * params.place_all;
            out[to] = O(epilogue(sums[r][q][c], to, first + r * THREADS_Y));
          }
        }
      }
    }
  }
}
