// out[M,N] = a[M,K] · b[K,N] for each matrix of a batch, of any sizes; strides say how a and b lie.
// A workgroup makes a tile of out from tiles of a and b in workgroup memory (include/product_tiles.wgsl).
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
const A_BY_K = 1u; // 1: neighbouring elements of a are terms of a sum; 0: rows
const B_BY_K = 0u; // 1: of b, terms; 0: columns
const SUMS = 0u; // 1: the sums of a over k, one for each row, are written too
const WHOLE_K = 0u; // a part of K may end within four terms: what is beyond must be zeros

struct Params {
  m: u32, n: u32, k: u32, a_row: u32, a_k: u32, b_k: u32, b_col: u32, a_batch: u32, b_batch: u32, parts: u32, part: u32,
}

@group(0) @binding(0) var<storage, read> a: array<T>;
@group(0) @binding(1) var<storage, read> b: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<O>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }
fn tail(value: f32, i: u32, channel: u32) {}
fn side(value: f32, i: u32) {}

const STEPS = vec4u(0u, 1u, 2u, 3u);

fn patch_of_a(base: u32, row: u32, k: u32) -> Patch {
  var p: Patch;
  let rows = base + min(row + STEPS, vec4u(params.m - 1u)) * params.a_row;
  for (var j = 0u; j < 4u; j++) {
    let at = rows + min(k + j, params.k - 1u) * params.a_k;
    p[j] = vec4f(f32(a[at.x]), f32(a[at.y]), f32(a[at.z]), f32(a[at.w]));
  }
  return p;
}

fn patch_of_b(base: u32, column: u32, k: u32) -> Patch {
  var p: Patch;
  let columns = base + min(column + STEPS, vec4u(params.n - 1u)) * params.b_col;
  for (var j = 0u; j < 4u; j++) {
    let at = columns + min(k + j, params.k - 1u) * params.b_k;
    p[j] = vec4f(f32(b[at.x]), f32(b[at.y]), f32(b[at.z]), f32(b[at.w]));
  }
  return p;
}

fn store(four: vec4f, row_at: u32, column: u32) {
  for (var c = 0u; c < 4u; c++) {
    let col = column + c;
    if (col < params.n) {
      let at = row_at + col;
      let value = epilogue(four[c], at, col);
      out[at] = O(value);
      tail(value, at, col);
    }
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
