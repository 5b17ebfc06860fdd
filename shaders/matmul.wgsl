// out[M,N] = a[M,K] · b[K,N] for each matrix of a batch; strides say how a and b lie, so that all transposes are one kernel.
// A workgroup makes a TILE × TILE part of out: BLOCK columns of a and rows of b at a time go through workgroup memory, and
// each of the 8 × 8 invocations keeps 4 × 4 sums. Beyond the edges zeros are loaded and nothing is stored.
// With SUMS = 1 the sums of a over k, one for each row, come out on the side.
const SUMS = 0u;
const TILE = 32u;
const BLOCK = 16u;
const INVOCATIONS = 64u;

struct Params {
  m: u32, n: u32, k: u32, a_row: u32, a_k: u32, b_k: u32, b_col: u32, a_batch: u32, b_batch: u32,
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> a_tile: array<f32, BLOCK * TILE>;
var<workgroup> b_tile: array<f32, BLOCK * TILE>;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }
fn side(value: f32, i: u32) {}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let row0 = group.y * TILE;
  let col0 = group.x * TILE;
  let a_base = group.z * params.a_batch;
  let b_base = group.z * params.b_batch;
  // Neighbouring invocations load neighbouring elements, whichever way the operand lies.
  let a_by_k = params.a_k == 1u;
  let b_by_k = params.b_k == 1u;

  var sums: array<vec4f, 4>;
  var row_sum: vec4f;
  for (var k0 = 0u; k0 < params.k; k0 += BLOCK) {
    for (var e = index; e < BLOCK * TILE; e += INVOCATIONS) {
      let a_k = select(e / TILE, e % BLOCK, a_by_k);
      let a_r = select(e % TILE, e / BLOCK, a_by_k);
      let inside_a = k0 + a_k < params.k && row0 + a_r < params.m;
      let a_at = a_base + (row0 + a_r) * params.a_row + (k0 + a_k) * params.a_k;
      a_tile[a_k * TILE + a_r] = select(0.0, a[select(0u, a_at, inside_a)], inside_a);

      let b_k = select(e / TILE, e % BLOCK, b_by_k);
      let b_c = select(e % TILE, e / BLOCK, b_by_k);
      let inside_b = k0 + b_k < params.k && col0 + b_c < params.n;
      let b_at = b_base + (k0 + b_k) * params.b_k + (col0 + b_c) * params.b_col;
      b_tile[b_k * TILE + b_c] = select(0.0, b[select(0u, b_at, inside_b)], inside_b);
    }
    workgroupBarrier();
    for (var k = 0u; k < BLOCK; k++) {
      let at = k * TILE + local.x * 4u;
      let right = vec4f(b_tile[at], b_tile[at + 1u], b_tile[at + 2u], b_tile[at + 3u]);
      for (var r = 0u; r < 4u; r++) {
        let left = a_tile[k * TILE + local.y * 4u + r];
        sums[r] += left * right;
        if (SUMS == 1u) { row_sum[r] += left; }
      }
    }
    workgroupBarrier();
  }

  let row = row0 + local.y * 4u;
  let col = col0 + local.x * 4u;
  for (var r = 0u; r < 4u; r++) {
    if (SUMS == 1u && col == 0u && row + r < params.m) { side(row_sum[r], row + r); }
    for (var c = 0u; c < 4u; c++) {
      if (row + r < params.m && col + c < params.n) {
        let at = group.z * params.m * params.n + (row + r) * params.n + col + c;
        out[at] = epilogue(sums[r][c], at, col + c);
      }
    }
  }
}
