// out[M,N] = a[M,K] · b[K,N] for each matrix of a batch; K and N are multiples of 4, and M where a lies transposed.
// A workgroup makes a tile of out from tiles of a and b in workgroup memory (include/product_tiles.wgsl), all of which are read and
// written four elements at a time; patches of 4 × 4 that lie the other way are turned around in between.
// Where out has few tiles and K is long, K is divided among `parts` workgroups, which make partial[part, M, N] for a reduction.
// @include product_tiles.wgsl
// @include unfolded.wgsl
alias T = f32;
alias O = f32;
const THREADS_X = 8u;
const THREADS_Y = 8u;
const ROWS = 4u; // a multiple of 4, as COLUMNS
const COLUMNS = 4u;
const DEPTH = 16u; // 8, 16 or 32
const A_BY_K = 1u; // 1: a lies as [M, K]; 0: as [K, M]
const B_BY_K = 0u; // 1: b lies as [N, K]; 0: as [K, N]
const SUMS = 0u; // 1: the sums of a over k, one for each row, are written too
const WHOLE_K = 1u; // each part of K is whole fours: terms beyond it are never used

struct Params { m: u32, n: u32, k: u32, a_batch: u32, b_batch: u32, parts: u32, part: u32 }

@group(0) @binding(0) var<storage, read> a: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<T>>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<O>>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32, channel: u32) -> vec4f { return value; }
fn tail(value: vec4f, i: u32, channel: u32) {}
fn side(value: f32, i: u32) {}

fn patch_of_a(base: u32, row: u32, k: u32) -> Patch {
  var p: Patch;
  let row_inside = min(row, params.m - min(params.m, 4u));
  let k_inside = min(k, params.k - 4u);
  for (var j = 0u; j < 4u; j++) {
    if (A_BY_K == 1u) {
      p[j] = vec4f(a[(base + min(row + j, params.m - 1u) * params.k + k_inside) / 4u]);
    } else {
      p[j] = vec4f(a[(base + (k_inside + j) * params.m + row_inside) / 4u]);
    }
  }
  if (A_BY_K == 1u) { return turned(p); }
  return p;
}

fn patch_of_b(base: u32, column: u32, k: u32) -> Patch {
  var p: Patch;
  let column_inside = min(column, params.n - 4u);
  let k_inside = min(k, params.k - 4u);
  for (var j = 0u; j < 4u; j++) {
    if (B_BY_K == 1u) {
      p[j] = vec4f(b[(base + (column_inside + j) * params.k + k_inside) / 4u]);
    } else {
      p[j] = vec4f(b[(base + (k_inside + j) * params.n + column_inside) / 4u]);
    }
  }
  if (B_BY_K == 1u) { return turned(p); }
  return p;
}

fn store(four: vec4f, row_at: u32, column: u32) {
  if (column < params.n) {
    let at = row_at + column;
    let value = epilogue(four, at, column);
    out[at / 4u] = vec4<O>(value);
    tail(value, at, column);
  }
}

@compute @workgroup_size(THREADS_X, THREADS_Y)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32,
) {
  let group = unfolded(id, groups);
  if (is_surplus(group)) { return; }
  make_tile(group, local.xy, index);
}
