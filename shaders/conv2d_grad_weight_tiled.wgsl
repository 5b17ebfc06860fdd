// The partial sums of shaders/conv2d_grad_weight.wgsl as an implicit matrix product through workgroup memory, for devices with
// many lanes: partial[s,o,k] = Σ d_out[n,o,p] · x[n,c,y,x] over part s of the positions (n, p), k numbering (c, kh, kw).
// A workgroup of THREADS_X × THREADS_Y makes TILE_M output channels of one group × TILE_N values of k for one part; an invocation
// keeps ROWS × COLUMNS sums. DEPTH positions at a time go through workgroup memory, in fours that lie in a vec4: neighbours in
// one picture, the last of a picture filled up with zeros. Part s has the `part` fours from s · part on. While a tile is used the
// next one is on its way from storage into registers. With SUMS = 1 the partial sums of d_out itself, one for each output
// channel, are written too.
// @include tile_of_terms.wgsl
// @include unfolded.wgsl
alias T = f32;
const THREADS_X = 16u;
const THREADS_Y = 16u;
const ROWS = 4u;
const COLUMNS = 4u; // a multiple of 4
const DEPTH = 16u; // 8, 16 or 32
const WRITTEN = 2u; // fours used in a stretch of the innermost loop, whose bound is unknown to the compiler, or it would unroll it
const STEP = 0u; // stride_w where each four lies in one row of its picture, since rows are whole fours; else 0
const SUMS = 0u;

const QUADS = DEPTH / 4u;
const TILE_M = THREADS_Y * ROWS; // at most INVOCATIONS
const TILE_N = THREADS_X * COLUMNS;
const INVOCATIONS = THREADS_X * THREADS_Y;
const D_LOADS = TILE_M * QUADS / INVOCATIONS; // vec4s that an invocation loads in a turn
const X_LOADS = TILE_N * QUADS / INVOCATIONS;
const LINES = INVOCATIONS / QUADS; // rows or columns from one such vec4 to the next, a multiple of 8
const OUTSIDE = -0x20000000; // a row of no picture, also with the offset of a tap added

struct Params {
  batch: u32, in_channels: u32, height: u32, width: u32, out_channels: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32, dilation_h: u32, dilation_w: u32,
  groups: u32, parts: u32, part: u32, stretches: u32,
}

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> d_out: array<T>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn side(value: f32, i: u32) {}

var<workgroup> left_tile: array<vec4f, QUADS * TILE_M>;
var<workgroup> x_tile: array<vec4f, QUADS * TILE_N>;

@compute @workgroup_size(THREADS_X, THREADS_Y)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let tile = unfolded(id, groups);
  if (is_surplus(tile)) { return; }
  let place = place_of(index);
  let taps = max(1u, params.kernel_h * params.kernel_w);
  let kernel_w = max(1u, params.kernel_w);
  let in_group = params.in_channels / max(1u, params.groups);
  let out_group = params.out_channels / max(1u, params.groups);
  let columns = in_group * taps;
  let channel_tiles = max(1u, (out_group + TILE_M - 1u) / TILE_M);
  let group = tile.z / channel_tiles;
  let row0 = tile.z % channel_tiles * TILE_M;
  let col0 = tile.x * TILE_N;
  let plane = params.height * params.width;
  let out_width = max(1u, params.out_width);
  let positions = params.out_height * params.out_width;
  let quads = max(1u, (positions + 3u) / 4u);
  let first = tile.y * params.part;
  let last = min(params.batch * ((positions + 3u) / 4u), first + params.part);
  let turns = (max(first, last) - first + QUADS - 1u) / QUADS;

  // What this invocation loads: fours of positions in a place of the tile, for rows and columns that are the same in every turn.
  // Eight neighbours load the same four of eight rows, which they store to different banks.
  let quad = index / 8u % QUADS;
  let line = index / (8u * QUADS) * 8u + index % 8u;
  var offset: array<i32, X_LOADS>;
  var tap_y: array<i32, X_LOADS>;
  var tap_x: array<i32, X_LOADS>;
  for (var j = 0u; j < X_LOADS; j++) {
    let k = col0 + line + j * LINES;
    tap_y[j] = i32(k % taps / kernel_w * params.dilation_h) - i32(params.pad_h);
    tap_x[j] = i32(k % taps % kernel_w * params.dilation_w) - i32(params.pad_w);
    offset[j] = i32((group * in_group + k / taps) * plane) + tap_y[j] * i32(params.width) + tap_x[j];
    if (k >= columns) { tap_y[j] = OUTSIDE; }
  }
  let d_base = (group * out_group + row0 + line) * positions;
  // Its four: the picture, the number within, and the place of its first position, carried on since divisions are slow.
  var n = (first + quad) / quads;
  var at = (first + quad) % quads;
  var oy = at * 4u / out_width;
  var ox = at * 4u % out_width;
  let step_y = QUADS % quads * 4u / out_width;
  let step_x = QUADS % quads * 4u % out_width;

  var d_held: array<vec4<T>, D_LOADS>;
  var x_held: array<vec4<T>, X_LOADS>;
  var row_sum: array<f32, D_LOADS>;
  var sums: Sums;
  for (var turn = 0u; turn <= turns; turn++) {
    if (turn < turns) {
      let within = first + turn * QUADS + quad < last;
      let p = at * 4u;
      let there = select(0u, min(4u, positions - p), within);
      let d_at = n * params.out_channels * positions + d_base + p;
      for (var j = 0u; j < D_LOADS; j++) {
        d_held[j] = vec4<T>();
        if (there > 0u && row0 + line + j * LINES < out_group) {
          let source = d_at + j * LINES * positions;
          if (STEP > 0u || there == 4u) {
            d_held[j] = vec4<T>(d_out[source], d_out[source + 1u], d_out[source + 2u], d_out[source + 3u]);
          } else {
            d_held[j].x = d_out[source];
            if (there > 1u) { d_held[j].y = d_out[source + 1u]; }
            if (there > 2u) { d_held[j].z = d_out[source + 2u]; }
          }
        }
      }

      let in_picture = i32(n * params.in_channels * plane);
      if (STEP > 0u) {
        let row = select(OUTSIDE, i32(oy * params.stride_h), there > 0u);
        let column = i32(ox * STEP);
        let x_base = row * i32(params.width) + column + in_picture;
        for (var j = 0u; j < X_LOADS; j++) {
          x_held[j] = vec4<T>();
          let z = select(OUTSIDE, column + tap_x[j], u32(row + tap_y[j]) < params.height);
          let source = u32(x_base + offset[j]);
          if (u32(z) < params.width) { x_held[j].x = x[source]; }
          if (u32(z) + STEP < params.width) { x_held[j].y = x[source + STEP]; }
          if (u32(z) + 2u * STEP < params.width) { x_held[j].z = x[source + 2u * STEP]; }
          if (u32(z) + 3u * STEP < params.width) { x_held[j].w = x[source + 3u * STEP]; }
        }
      } else {
        var row = vec4i(OUTSIDE);
        var column = vec4i();
        var spot = vec2u(oy, ox);
        for (var c = 0u; c < 4u; c++) {
          if (c < there) { row[c] = i32(spot.x * params.stride_h); }
          column[c] = i32(spot.y * params.stride_w);
          spot.y++;
          if (spot.y == out_width) { spot = vec2u(spot.x + 1u, 0u); }
        }
        let x_base = row * i32(params.width) + column + in_picture;
        for (var j = 0u; j < X_LOADS; j++) {
          x_held[j] = vec4<T>();
          let inside = (vec4u(row + tap_y[j]) < vec4u(params.height)) & (vec4u(column + tap_x[j]) < vec4u(params.width));
          let source = vec4u(x_base + offset[j]);
          if (inside.x) { x_held[j].x = x[source.x]; }
          if (inside.y) { x_held[j].y = x[source.y]; }
          if (inside.z) { x_held[j].z = x[source.z]; }
          if (inside.w) { x_held[j].w = x[source.w]; }
        }
      }

      at += QUADS % quads;
      n += QUADS / quads;
      oy += step_y;
      ox += step_x;
      if (ox >= out_width) {
        ox -= out_width;
        oy++;
      }
      if (at >= quads) {
        at -= quads;
        n++;
        oy = at * 4u / out_width;
        ox = at * 4u % out_width;
      }
    }
    if (turn > 0u) {
      add_tile(&sums, place);
    }
    workgroupBarrier();
    if (turn < turns) {
      for (var j = 0u; j < D_LOADS; j++) {
        let held = vec4f(d_held[j]);
        left_tile[quad * TILE_M + line + j * LINES] = held;
        if (SUMS == 1u) { row_sum[j] += held.x + held.y + held.z + held.w; }
      }
      for (var j = 0u; j < X_LOADS; j++) { x_tile[quad * TILE_N + line + j * LINES] = vec4f(x_held[j]); }
    }
    workgroupBarrier();
  }

  let o = tile.y * params.out_channels + group * out_group + row0;
  for (var r = 0u; r < ROWS; r++) {
    let row = place.y + r * THREADS_Y;
    if (row0 + row < out_group && tile.y < params.parts) {
      for (var q = 0u; q < COLUMN_QUADS; q++) {
        for (var c = 0u; c < 4u; c++) {
          let k = col0 + place.x + (q * 4u + c) * THREADS_X;
          if (k < columns) { partial[(o + row) * columns + k] = sums[r][q][c]; }
        }
      }
    }
  }

  // Each row of d_out was loaded by QUADS invocations.
  if (SUMS == 1u) {
    for (var j = 0u; j < D_LOADS; j++) { left_tile[quad * TILE_M + line + j * LINES] = vec4f(row_sum[j]); }
    workgroupBarrier();
    if (tile.x == 0u && index < TILE_M && row0 + index < out_group && tile.y < params.parts) {
      var total = 0.0;
      for (var k = 0u; k < QUADS; k++) { total += left_tile[k * TILE_M + index].x; }
      side(total, o + index);
    }
  }
}
