enable subgroups;

// matmul_subgroup.wgsl for any M, N and K: operands are read and results written by single elements, four at a time all the
// same. What lies beyond the last term of a sum counts for nothing.
// @include unfolded.wgsl
alias T = f32;
alias O = f32;
const ROWS = 16u; // a multiple of LANES
const LANES = 8u; // the device's subgroup size: 4 or 8
const A_BY_K = 1u; // 1: a lies as [M, K]; 0: as [K, M]
const B_BY_K = 0u; // 1: b lies as [N, K]; 0: as [K, N]
const SUMS = 0u; // 1, where A_BY_K = 0: the sums of a over k, one for each row, are written too

struct Params { m: u32, n: u32, k: u32, a_batch: u32, b_batch: u32 }

@group(0) @binding(0) var<storage, read> a: array<T>;
@group(0) @binding(1) var<storage, read> b: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<O>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }
fn tail(value: f32, i: u32, channel: u32) {}
fn side(value: f32, i: u32) {}

const LOADS = ROWS / LANES;
const FOUR = vec4u(0u, 1u, 2u, 3u);

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32,
) {
  let group = unfolded(id, groups);
  if (is_surplus(group)) { return; }
  let k = params.k;
  let row = group.y * ROWS;
  let column = (group.x * LANES + lane) * 4u;
  // Rows and columns beyond the edge repeat the last one; they are not stored.
  var a_at: array<vec4u, LOADS>;
  // @unroll
  for (var r = 0u; r < LOADS; r++) {
    if (A_BY_K == 1u) {
      a_at[r] = vec4u(group.z * params.a_batch + min(row + r * LANES + lane, max(params.m, 1u) - 1u) * k) + FOUR;
    } else {
      let rows = min(vec4u(row + (lane / 4u * LOADS + r) * 4u) + FOUR, vec4u(max(params.m, 1u) - 1u));
      a_at[r] = vec4u(group.z * params.a_batch + lane % 4u * params.m) + rows;
    }
  }
  let columns = min(vec4u(column) + FOUR, vec4u(max(params.n, 1u) - 1u));
  var b_at = vec4u(group.z * params.b_batch) + columns * select(1u, k, B_BY_K == 1u);
  let b_next = select(params.n, 1u, B_BY_K == 1u); // from one term of b to the next
  var sum: array<vec4f, ROWS>;
  var row_sum: array<vec4f, LOADS>;
  for (var term = 0u; term < k; term += 4u) {
    let holds = vec4u(term) + FOUR < vec4u(k);
    let b0 = b_four(b_at);
    let b1 = select(vec4f(), b_four(b_at + b_next), holds.y);
    let b2 = select(vec4f(), b_four(b_at + 2u * b_next), holds.z);
    let b3 = select(vec4f(), b_four(b_at + 3u * b_next), holds.w);
    b_at += 4u * b_next;
    var mine: array<vec4f, LOADS>;
    // @unroll
    for (var r = 0u; r < LOADS; r++) {
      if (A_BY_K == 1u) {
        mine[r] = select(vec4f(), a_four(a_at[r]), holds);
        a_at[r] += 4u;
      } else {
        mine[r] = select(vec4f(), a_four(a_at[r]), term + lane % 4u < k);
        a_at[r] += 4u * params.m;
      }
      if (SUMS == 1u) { row_sum[r] += mine[r]; }
    }
    if (A_BY_K == 1u) {
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        let theirs = subgroupShuffle(mine[r / LANES], r % LANES);
        sum[r] += theirs.x * b0;
        sum[r] += theirs.y * b1;
        sum[r] += theirs.z * b2;
        sum[r] += theirs.w * b3;
      }
    } else {
      // @unroll
      for (var quad = 0u; quad < ROWS / 4u; quad++) {
        let held = mine[quad % LOADS];
        let holder = quad / LOADS * 4u;
        let t0 = subgroupShuffle(held, holder);
        let t1 = subgroupShuffle(held, holder + 1u);
        let t2 = subgroupShuffle(held, holder + 2u);
        let t3 = subgroupShuffle(held, holder + 3u);
        let r = quad * 4u;
        sum[r] += t0.x * b0;
        sum[r] += t1.x * b1;
        sum[r] += t2.x * b2;
        sum[r] += t3.x * b3;
        sum[r + 1u] += t0.y * b0;
        sum[r + 1u] += t1.y * b1;
        sum[r + 1u] += t2.y * b2;
        sum[r + 1u] += t3.y * b3;
        sum[r + 2u] += t0.z * b0;
        sum[r + 2u] += t1.z * b1;
        sum[r + 2u] += t2.z * b2;
        sum[r + 2u] += t3.z * b3;
        sum[r + 3u] += t0.w * b0;
        sum[r + 3u] += t1.w * b1;
        sum[r + 3u] += t2.w * b2;
        sum[r + 3u] += t3.w * b3;
      }
    }
  }

  if (SUMS == 1u && group.x == 0u) {
    // @unroll
    for (var r = 0u; r < LOADS; r++) {
      var total = row_sum[r];
      total += subgroupShuffleXor(total, 1u);
      total += subgroupShuffleXor(total, 2u);
      let i = row + (lane / 4u * LOADS + r) * 4u + lane % 4u;
      if (i < params.m) { side(total[lane % 4u], i); }
    }
  }
  let first = (group.z * params.m + row) * params.n + column;
  // A choice among registers, in a loop whose bound the compiler does not know: each store in the text takes long to compile.
  let rows = min(ROWS, params.m - min(params.m, row));
  for (var r = 0u; r < select(0u, rows, column < params.n); r++) {
    var made = vec4f();
    // @unroll
    for (var s = 0u; s < ROWS; s++) { made = select(made, sum[s], s == r); }
    // @unroll
    for (var c = 0u; c < 4u; c++) {
      if (column + c < params.n) {
        let i = first + r * params.n + c;
        let value = epilogue(made[c], i, column + c);
        out[i] = O(value);
        tail(value, i, column + c);
      }
    }
  }
}

fn a_four(i: vec4u) -> vec4f { return vec4f(f32(a[i.x]), f32(a[i.y]), f32(a[i.z]), f32(a[i.w])); }
fn b_four(i: vec4u) -> vec4f { return vec4f(f32(b[i.x]), f32(b[i.y]), f32(b[i.z]), f32(b[i.w])); }
