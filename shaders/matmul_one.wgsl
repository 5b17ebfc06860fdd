// out[M,N] = a[M,K] · b[K,N] for each matrix of a batch, one element of out per invocation; strides say how a and b lie. For
// products of a few thousand terms, whose kernel takes longer to compile than to run: its text is short, with one sum and one store.
// With SUMS = 1 the sums of a over k, one for each row, are written too.
alias T = f32;
alias O = f32;
const SUMS = 0u;

struct Params {
  len: u32, m: u32, n: u32, k: u32, a_row: u32, a_k: u32, b_k: u32, b_col: u32, a_batch: u32, b_batch: u32,
}

@group(0) @binding(0) var<storage, read> a: array<T>;
@group(0) @binding(1) var<storage, read> b: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<O>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }
fn tail(value: f32, i: u32, channel: u32) {}
fn side(value: f32, i: u32) {}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let col = i % params.n;
  let row = i / params.n % params.m;
  let batch = i / (params.n * params.m);
  var a_at = batch * params.a_batch + row * params.a_row;
  var b_at = batch * params.b_batch + col * params.b_col;
  var sum = 0.0;
  var row_sum = 0.0;
  for (var k = 0u; k < params.k; k++) {
    let left = f32(a[a_at]);
    sum += left * f32(b[b_at]);
    if (SUMS == 1u) { row_sum += left; }
    a_at += params.a_k;
    b_at += params.b_k;
  }
  let value = epilogue(sum, i, col);
  out[i] = O(value);
  tail(value, i, col);
  if (SUMS == 1u && col == 0u) { side(row_sum, row); }
}
