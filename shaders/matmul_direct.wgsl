// out[M,N] = a[M,K] · b[K,N] for each matrix of a batch; strides say how a and b lie, so that all transposes are one kernel.
// An invocation makes 4 × 4 elements, straight from storage: for devices on which workgroup memory is no faster.
// With SUMS = 1 the sums of a over k, one for each row, are written too.
// @include unfolded.wgsl
alias T = f32;
alias O = f32;
const SUMS = 0u;

struct Params {
  m: u32, n: u32, k: u32, a_row: u32, a_k: u32, b_k: u32, b_col: u32, a_batch: u32, b_batch: u32,
}

@group(0) @binding(0) var<storage, read> a: array<T>;
@group(0) @binding(1) var<storage, read> b: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<O>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }
fn tail(value: f32, i: u32, channel: u32) {}
fn side(value: f32, i: u32) {}

fn store(row: u32, col: u32, base: u32, values: vec4f) {
  if (row >= params.m) { return; }
  let at = base + row * params.n + col;
  put(values.x, at, col);
  if (col + 1u < params.n) { put(values.y, at + 1u, col + 1u); }
  if (col + 2u < params.n) { put(values.z, at + 2u, col + 2u); }
  if (col + 3u < params.n) { put(values.w, at + 3u, col + 3u); }
}

fn put(sum: f32, at: u32, col: u32) {
  let value = epilogue(sum, at, col);
  out[at] = O(value);
  tail(value, at, col);
}

@compute @workgroup_size(8, 1)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) local: vec3u,
) {
  let tile = unfolded(id, groups);
  if (is_surplus(tile)) { return; }
  let gid = tile * vec3u(8u, 1u, 1u) + local;
  let row = gid.y * 4u;
  let col = gid.x * 4u;
  if (row >= params.m || col >= params.n) { return; }
  // Rows and columns beyond the edge repeat the last one; they are not stored.
  let rows = min(vec4u(row, row + 1u, row + 2u, row + 3u), vec4u(params.m - 1u));
  let cols = min(vec4u(col, col + 1u, col + 2u, col + 3u), vec4u(params.n - 1u));
  var a_at = gid.z * params.a_batch + rows * params.a_row;
  var b_at = gid.z * params.b_batch + cols * params.b_col;

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  var row_sum = vec4f();
  for (var k = 0u; k < params.k; k++) {
    let right = vec4f(f32(b[b_at.x]), f32(b[b_at.y]), f32(b[b_at.z]), f32(b[b_at.w]));
    let left = vec4f(f32(a[a_at.x]), f32(a[a_at.y]), f32(a[a_at.z]), f32(a[a_at.w]));
    sum0 += left.x * right;
    sum1 += left.y * right;
    sum2 += left.z * right;
    sum3 += left.w * right;
    if (SUMS == 1u) { row_sum += left; }
    a_at += params.a_k;
    b_at += params.b_k;
  }

  let base = gid.z * params.m * params.n;
  store(row, col, base, sum0);
  store(row + 1u, col, base, sum1);
  store(row + 2u, col, base, sum2);
  store(row + 3u, col, base, sum3);
  if (SUMS == 1u && col == 0u) {
    for (var r = 0u; r < min(4u, params.m - row); r++) { side(row_sum[r], row + r); }
  }
}
