// out[M,N] = a[M,K] · b[K,N] for each matrix of a batch; strides say how a and b lie, so that all transposes are one kernel.
// For sizes that matmul_by_four.wgsl does not take.
// A workgroup of THREADS × THREADS makes a TILE_M × TILE_N part of out: DEPTH columns of a and rows of b at a time go through
// workgroup memory, and each invocation keeps ROWS × COLUMNS sums. Beyond the edges zeros are loaded and nothing is stored.
// Where out has few tiles and K is long, K is dealt out to `parts` workgroups, which make partial[part, M, N] for a reduction.
alias T = f32;
alias O = f32;
const THREADS = 8u;
const ROWS = 4u; // a multiple of 4, as COLUMNS
const COLUMNS = 4u;
const DEPTH = 16u;
const SUMS = 0u; // 1: the sums of a over k, one for each row, come out on the side

const TILE_M = THREADS * ROWS;
const TILE_N = THREADS * COLUMNS;
const INVOCATIONS = THREADS * THREADS;
const A_STRIDE = TILE_M + 4u; // so that neighbouring k fall into different banks
const B_STRIDE = TILE_N + 4u;
const COLUMN_QUADS = COLUMNS / 4u;

struct Params {
  m: u32, n: u32, k: u32, a_row: u32, a_k: u32, b_k: u32, b_col: u32, a_batch: u32, b_batch: u32, parts: u32, part: u32,
}

@group(0) @binding(0) var<storage, read> a: array<T>;
@group(0) @binding(1) var<storage, read> b: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<O>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> a_tile: array<f32, DEPTH * A_STRIDE>;
var<workgroup> b_tile: array<f32, DEPTH * B_STRIDE>;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }
fn tail(value: f32, i: u32, channel: u32) {}
fn side(value: f32, i: u32) {}

@compute @workgroup_size(THREADS, THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let row0 = group.y * TILE_M;
  let col0 = group.x * TILE_N;
  let parts = max(1u, params.parts);
  let batch = group.z / parts;
  let first_k = group.z % parts * params.part;
  let last_k = min(params.k, first_k + params.part);
  let a_base = batch * params.a_batch;
  let b_base = batch * params.b_batch;
  // Neighbouring invocations load neighbouring elements, whichever way the operand lies.
  let a_by_k = params.a_k == 1u;
  let b_by_k = params.b_k == 1u;

  var sums: array<array<vec4f, COLUMN_QUADS>, ROWS>;
  var row_sum: array<f32, ROWS>;
  for (var k0 = first_k; k0 < last_k; k0 += DEPTH) {
    for (var e = index; e < DEPTH * TILE_M; e += INVOCATIONS) {
      let k = select(e / TILE_M, e % DEPTH, a_by_k);
      let r = select(e % TILE_M, e / DEPTH, a_by_k);
      let inside = k0 + k < last_k && row0 + r < params.m;
      let at = a_base + (row0 + r) * params.a_row + (k0 + k) * params.a_k;
      a_tile[k * A_STRIDE + r] = select(0.0, f32(a[select(0u, at, inside)]), inside);
    }
    for (var e = index; e < DEPTH * TILE_N; e += INVOCATIONS) {
      let k = select(e / TILE_N, e % DEPTH, b_by_k);
      let c = select(e % TILE_N, e / DEPTH, b_by_k);
      let inside = k0 + k < last_k && col0 + c < params.n;
      let at = b_base + (k0 + k) * params.b_k + (col0 + c) * params.b_col;
      b_tile[k * B_STRIDE + c] = select(0.0, f32(b[select(0u, at, inside)]), inside);
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      var right: array<vec4f, COLUMN_QUADS>;
      for (var q = 0u; q < COLUMN_QUADS; q++) {
        let at = k * B_STRIDE + (local.x + q * THREADS) * 4u;
        right[q] = vec4f(b_tile[at], b_tile[at + 1u], b_tile[at + 2u], b_tile[at + 3u]);
      }
      for (var r = 0u; r < ROWS; r++) {
        let left = a_tile[k * A_STRIDE + local.y * ROWS + r];
        for (var q = 0u; q < COLUMN_QUADS; q++) { sums[r][q] += left * right[q]; }
        if (SUMS == 1u) { row_sum[r] += left; }
      }
    }
    workgroupBarrier();
  }

  for (var r = 0u; r < ROWS; r++) {
    let row = row0 + local.y * ROWS + r;
    if (row >= params.m) { break; }
    if (SUMS == 1u && group.x == 0u && local.x == 0u) { side(row_sum[r], group.z * params.m + row); }
    for (var q = 0u; q < COLUMN_QUADS; q++) {
      for (var c = 0u; c < 4u; c++) {
        let col = col0 + (local.x + q * THREADS) * 4u + c;
        if (col < params.n) {
          let at = (group.z * params.m + row) * params.n + col;
          let value = epilogue(sums[r][q][c], at, col);
          out[at] = O(value);
          tail(value, at, col);
        }
      }
    }
  }
}
