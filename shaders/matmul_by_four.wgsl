// out[M,N] = a[M,K] · b[K,N] for each matrix of a batch; K and N are multiples of 4, and M where a lies transposed.
// A workgroup of THREADS × THREADS makes a TILE_M × TILE_N part of out: DEPTH columns of a and rows of b at a time go through
// workgroup memory, and each invocation keeps ROWS × COLUMNS sums. Everything moves four elements at a time: an invocation
// loads patches of 4 × 4, turns those around that lie the other way, and does so for the next DEPTH terms before it adds up
// the ones that are there. Rows and columns beyond the edges repeat the last ones and are not stored.
// Where out has few tiles and K is long, K is dealt out to `parts` workgroups, which make partial[part, M, N] for a reduction.
alias T = f32;
alias O = f32;
const THREADS = 8u;
const ROWS = 4u; // a multiple of 4, as COLUMNS
const COLUMNS = 4u;
const DEPTH = 16u; // a multiple of 4
const A_BY_K = 1u; // 1: a lies as [M, K]; 0: as [K, M]
const B_BY_K = 0u; // 1: b lies as [N, K]; 0: as [K, N]
const SUMS = 0u; // 1: the sums of a over k, one for each row, come out on the side

const ROW_QUADS = ROWS / 4u;
const COLUMN_QUADS = COLUMNS / 4u;
const TILE_M = THREADS * ROWS;
const TILE_N = THREADS * COLUMNS;
const A_WIDTH = TILE_M / 4u; // vec4s that hold one k of a tile
const B_WIDTH = TILE_N / 4u;
const INVOCATIONS = THREADS * THREADS;
const A_PATCHES = A_WIDTH * DEPTH / 4u;
const PATCHES = (A_WIDTH + B_WIDTH) * DEPTH / 4u;
const LOADS = (PATCHES + INVOCATIONS - 1u) / INVOCATIONS;
const A_CELLS = DEPTH * A_WIDTH;
const B_CELLS = DEPTH * B_WIDTH;
const FOURS = ROWS * COLUMN_QUADS;

struct Params { m: u32, n: u32, k: u32, a_batch: u32, b_batch: u32, parts: u32, part: u32 }

@group(0) @binding(0) var<storage, read> a: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<T>>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<O>>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> a_tile: array<vec4f, A_CELLS>; // [k][row / 4]
var<workgroup> b_tile: array<vec4f, B_CELLS>; // [k][column / 4]

fn epilogue(value: vec4f, i: u32, channel: u32) -> vec4f { return value; }
fn tail(value: vec4f, i: u32, channel: u32) {}
fn side(value: f32, i: u32) {}

alias Patch = array<vec4f, 4>;

fn turned(p: Patch) -> Patch {
  return Patch(
    vec4f(p[0].x, p[1].x, p[2].x, p[3].x),
    vec4f(p[0].y, p[1].y, p[2].y, p[3].y),
    vec4f(p[0].z, p[1].z, p[2].z, p[3].z),
    vec4f(p[0].w, p[1].w, p[2].w, p[3].w),
  );
}

// Rows row … row + 3 of terms k … k + 3 of a, as four terms of four rows each.
fn patch_of_a(base: u32, row: u32, k: u32) -> Patch {
  var p: Patch;
  for (var j = 0u; j < 4u; j++) {
    if (A_BY_K == 1u) {
      p[j] = vec4f(a[(base + min(row + j, params.m - 1u) * params.k + k) / 4u]);
    } else {
      p[j] = vec4f(a[(base + (k + j) * params.m + min(row, params.m - 4u)) / 4u]);
    }
  }
  if (A_BY_K == 1u) { return turned(p); }
  return p;
}

// The same of b and its columns.
fn patch_of_b(base: u32, column: u32, k: u32) -> Patch {
  var p: Patch;
  let inside = min(column, params.n - 4u);
  for (var j = 0u; j < 4u; j++) {
    if (B_BY_K == 1u) {
      p[j] = vec4f(b[(base + (inside + j) * params.k + k) / 4u]);
    } else {
      p[j] = vec4f(b[(base + (k + j) * params.n + inside) / 4u]);
    }
  }
  if (B_BY_K == 1u) { return turned(p); }
  return p;
}

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

  // Which patches this invocation loads: the same in every turn. Neighbours load what lies side by side.
  var outer: array<u32, LOADS>; // row or column within the tile
  var inner: array<u32, LOADS>; // term
  for (var s = 0u; s < LOADS; s++) {
    let e = index + s * INVOCATIONS;
    let of_b = e >= A_PATCHES;
    let p = select(e, e - A_PATCHES, of_b);
    let by_k = select(A_BY_K == 1u, B_BY_K == 1u, of_b);
    let width = select(A_WIDTH, B_WIDTH, of_b);
    outer[s] = select(p % width, p / (DEPTH / 4u), by_k) * 4u;
    inner[s] = select(p / width, p % (DEPTH / 4u), by_k) * 4u;
  }

  var sums: array<vec4f, FOURS>;
  var row_sums: array<vec4f, ROW_QUADS>;
  var next: array<Patch, LOADS>;
  for (var k0 = first_k; k0 < last_k + DEPTH; k0 += DEPTH) {
    // What the turn before has loaded; the first turn only loads.
    if (k0 > first_k) {
      workgroupBarrier();
      for (var s = 0u; s < LOADS; s++) {
        let e = index + s * INVOCATIONS;
        let inside = k0 - DEPTH + inner[s] < last_k;
        for (var j = 0u; j < 4u; j++) {
          let four = select(vec4f(), next[s][j], inside);
          if (e < A_PATCHES) {
            a_tile[(inner[s] + j) * A_WIDTH + outer[s] / 4u] = four;
          } else if (e < PATCHES) {
            b_tile[(inner[s] + j) * B_WIDTH + outer[s] / 4u] = four;
          }
        }
      }
      workgroupBarrier();
    }
    if (k0 < last_k) {
      for (var s = 0u; s < LOADS; s++) {
        let k = min(k0 + inner[s], last_k - 4u);
        if (index + s * INVOCATIONS < A_PATCHES) {
          next[s] = patch_of_a(a_base, row0 + outer[s], k);
        } else {
          next[s] = patch_of_b(b_base, col0 + outer[s], k);
        }
      }
    }
    if (k0 > first_k) {
      for (var k = 0u; k < DEPTH; k++) {
        var right = array<vec4f, COLUMN_QUADS>();
        for (var q = 0u; q < COLUMN_QUADS; q++) { right[q] = b_tile[k * B_WIDTH + local.x + q * THREADS]; }
        for (var i = 0u; i < ROW_QUADS; i++) {
          let left = a_tile[k * A_WIDTH + local.y + i * THREADS];
          if (SUMS == 1u) { row_sums[i] += left; }
          for (var r = 0u; r < 4u; r++) {
            for (var q = 0u; q < COLUMN_QUADS; q++) { sums[(i * 4u + r) * COLUMN_QUADS + q] += left[r] * right[q]; }
          }
        }
      }
    }
  }

  for (var i = 0u; i < ROW_QUADS; i++) {
    for (var r = 0u; r < 4u; r++) {
      let row = row0 + (local.y + i * THREADS) * 4u + r;
      if (row < params.m) {
        if (SUMS == 1u && group.x == 0u && local.x == 0u) { side(row_sums[i][r], group.z * params.m + row); }
        for (var q = 0u; q < COLUMN_QUADS; q++) {
          let col = col0 + (local.x + q * THREADS) * 4u;
          if (col < params.n) {
            let at = (group.z * params.m + row) * params.n + col;
            let value = epilogue(sums[(i * 4u + r) * COLUMN_QUADS + q], at, col);
            out[at / 4u] = vec4<O>(value);
            tail(value, at, col);
          }
        }
      }
    }
  }
}
